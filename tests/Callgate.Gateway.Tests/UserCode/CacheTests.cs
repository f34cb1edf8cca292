using System.Diagnostics;
using System.Runtime.Loader;
using Callgate.Gateway.UserCode;
using Microsoft.Extensions.DependencyInjection;

namespace Callgate.Gateway.Tests.UserCode;

public sealed class CacheTests : IDisposable
{
    private const string Guard =
        "public sealed class Guard : CustomLogger { public override string ToString() => \"ok\"; }";
    private const string FileVariable = "CALLGATE_TEST_CACHED_FILE";

    private readonly CallbackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private int Compilations => _folder.Log.Lines.Count(l => l.Contains(": Compiled ", StringComparison.Ordinal));

    private string CachedFile => Assert.Single(Directory.GetFiles(_folder.CachePath));

    [Fact]
    public async Task AnUnchangedFile_IsCompiledOnce()
    {
        _folder.Write("guard.cs", Guard);
        Assert.Equal("ok", (await _folder.LoadAsync("guard")).Handler.ToString());
        Assert.Equal("ok", (await _folder.LoadAsync("guard")).Handler.ToString());
        Assert.Equal(1, Compilations);

        _folder.Write("guard.cs", Guard + "//");
        Assert.Equal("ok", (await _folder.LoadAsync("guard")).Handler.ToString());
        Assert.Equal(2, Compilations);
    }

    [Fact]
    public async Task ACallbackFromTheCache_StillKnowsItsLines()
    {
        var path = _folder.Write(
            "guard.cs",
            "class Guard : CustomLogger\n{\n  public Guard() =>\n    throw new Exception(\"no\");\n}"
        );
        var error = await _folder.ErrorOfAsync("guard");

        Assert.Equal(error, await _folder.ErrorOfAsync("guard"));
        Assert.EndsWith($"(in {path}, line 4)", error, StringComparison.Ordinal);
        Assert.Equal(1, Compilations);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("cut in its head")]
    [InlineData("cut in the middle")]
    [InlineData("longer")]
    [InlineData("another code")]
    [InlineData("another mark")]
    public async Task ADamagedFile_IsIgnoredAndWrittenAnew(string damage)
    {
        _folder.Write("guard.cs", Guard);
        await _folder.LoadAsync("guard");
        File.WriteAllBytes(CachedFile, Damaged(File.ReadAllBytes(CachedFile), damage));

        Assert.Equal("ok", (await _folder.LoadAsync("guard")).Handler.ToString());
        Assert.Equal(2, Compilations);
        await _folder.LoadAsync("guard");
        Assert.Equal(2, Compilations);
    }

    private static byte[] Damaged(byte[] bytes, string damage)
    {
        switch (damage)
        {
            case "another code":
                bytes[^10] ^= 1;
                return bytes;
            case "another mark":
                bytes[0] ^= 1;
                return bytes;
            case "longer":
                return [.. bytes, 0];
            default:
                return bytes[
                    ..(
                        damage switch
                        {
                            "empty" => 0,
                            "cut in its head" => 40,
                            _ => bytes.Length / 2,
                        }
                    )
                ];
        }
    }

    [Fact]
    public async Task ManyAtOnce_AllLoad()
    {
        _folder.Write("guard.cs", Guard);

        var loaded = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _folder.LoadAsync("guard")));

        Assert.All(loaded, l => Assert.Equal("ok", l.Handler.ToString()));
        Assert.NotEmpty(File.ReadAllBytes(CachedFile));
    }

    [Fact]
    public async Task AFolderThatOthersMayWriteTo_IsNotUsed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such mode.");
        _folder.Write("guard.cs", Guard);
        await _folder.LoadAsync("guard");
#pragma warning disable CA1416 // Skipped where it isn't there.
        File.SetUnixFileMode(_folder.CachePath, (UnixFileMode)0b111_111_111);
#pragma warning restore CA1416

        Assert.Equal("ok", (await _folder.LoadAsync("guard")).Handler.ToString());
        Assert.Equal(2, Compilations);
        Assert.True(_folder.Log.Has("can't be kept, so it is compiled at every start: others may write to"));
    }

    [Fact]
    public async Task AFolderOfSomebodyElse_IsNotUsed()
    {
        Assert.SkipUnless(
            !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess,
            "Only the administrator can give a folder away."
        );
        _folder.Write("guard.cs", Guard);
        await _folder.LoadAsync("guard");
        using (var chown = Process.Start("chown", ["65534", _folder.CachePath]))
        {
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, chown.ExitCode);
        }

        Assert.Equal("ok", (await _folder.LoadAsync("guard")).Handler.ToString());
        Assert.Equal(2, Compilations);
        Assert.True(_folder.Log.Has("or own it"));
    }

    [Fact]
    public async Task AFolderThatCanNotBeMade_CostsOnlyTheCache()
    {
        File.WriteAllText(_folder.CachePath, "a file, where the folder should be");
        _folder.Write("guard.cs", Guard);

        Assert.Equal("ok", (await _folder.LoadAsync("guard")).Handler.ToString());
        Assert.True(_folder.Log.Has("can't be kept, so it is compiled at every start: "));
    }

    /// <summary>In a process of its own, as others of these tests load the compiler.</summary>
    [Fact]
    public async Task AnUnchangedFile_StartsWithoutTheCompiler()
    {
        var path = _folder.Write("guard.cs", Guard);
        await _folder.LoadAsync("guard");

        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(CacheTests).Assembly.Location);
        }

        foreach (var argument in (string[])["-explicit", "only", "-method", $"*.{nameof(InTheOtherProcess)}"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[FileVariable] = path;
        start.Environment["CALLGATE_CACHE_DIR"] = Path.GetDirectoryName(_folder.CachePath);
        // The cache of a user is one folder deeper.
        Directory.Move(_folder.CachePath, Path.Combine(Path.GetDirectoryName(_folder.CachePath)!, "callbacks"));
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1,", StringComparison.Ordinal), output);
    }

    [Fact(Explicit = true)]
    public async Task InTheOtherProcess()
    {
        var path = Environment.GetEnvironmentVariable(FileVariable)!;
        var loader = new UserCodeLoader(new ServiceCollection().BuildServiceProvider(), CompiledCodeCache.OfUser());

        var loaded = await loader.LoadAsync(
            "guard",
            Path.GetDirectoryName(path)!,
            null,
            TestContext.Current.CancellationToken
        );

        Assert.Equal("ok", loaded.Handler.ToString());
        Assert.DoesNotContain(
            AssemblyLoadContext.Default.Assemblies,
            a => a.GetName().Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)
        );
    }
}
