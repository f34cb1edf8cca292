using Callgate.Gateway.UserCode;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Callgate.Gateway.Tests.UserCode;

public sealed class LibraryTests : IDisposable
{
    private readonly CallbackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Build(string name, string source, params string[] references)
    {
        var path = _folder.PathOf(name + ".dll");
        var result = CSharpCompilation
            .Create(
                name,
                [CSharpSyntaxTree.ParseText(source)],
                [.. CompilerReferences.All, .. references.Select(r => MetadataReference.CreateFromFile(r))],
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
            )
            .Emit(path);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return path;
    }

    [Fact]
    public async Task ALibrary_BringsWhatItNeeds_AndSharesCallgate()
    {
        var words = Build(
            "Words",
            "public static class Words { public static string Today => \"from a library's library\"; }"
        );
        Build(
            "MyCallbacks",
            """
            public sealed class Guard(System.TimeProvider time) : Callgate.CustomLogger
            {
                public override string ToString() => Words.Today + (time is null);
            }
            """,
            words
        );

        var loaded = await _folder.LoadAsync("./MyCallbacks.dll");

        Assert.Equal("from a library's libraryFalse", loaded.Handler.ToString());
        await loaded.ReleaseAsync();
        await Eventually.AreCollectedAsync(loaded.Context);
    }

    [Fact]
    public async Task AnotherBuild_TakesTheFirstOnesPlace()
    {
        static string Version(int number) =>
            $"public sealed class Guard : Callgate.CustomLogger {{ public override string ToString() => \"{number}\"; }}";

        Build("MyCallbacks", Version(1));
        var first = await _folder.LoadAsync("./MyCallbacks.dll:Guard");
        await using var watcher = _folder.NewLoader().Watch(first, (_, _) => Task.CompletedTask);

        Build("MyCallbacks", Version(2));
        await Eventually.IsTrueAsync(() => watcher.Current != first);

        Assert.Equal("2", watcher.Current.Handler.ToString());
        await Eventually.AreCollectedAsync(first.Context);
    }

    [Theory]
    [InlineData("this is no library")]
    [InlineData("")]
    public async Task WhatIsNoLibrary_IsRefused(string content)
    {
        var path = _folder.Write("MyCallbacks.dll", content);

        Assert.StartsWith(
            $"{path} can't be loaded: ",
            await _folder.ErrorOfAsync("./MyCallbacks.dll"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ALibraryWithoutItsDependency_IsRefused()
    {
        var words = Build("Words", "public class Words;");
        Build(
            "MyCallbacks",
            "public sealed class Guard : Callgate.CustomLogger { public Words? W; } public class More : Words;",
            words
        );
        File.Delete(words);

        var error = await _folder.ErrorOfAsync("./MyCallbacks.dll");

        Assert.Contains(
            "MyCallbacks.dll can't be loaded: Could not load file or assembly 'Words",
            error,
            StringComparison.Ordinal
        );
    }
}
