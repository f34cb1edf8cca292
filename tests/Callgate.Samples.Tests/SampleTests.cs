using System.Text.RegularExpressions;

namespace Callgate.Samples.Tests;

/// <summary>Each sample runs as its page says, and prints what its page shows.</summary>
public partial class SampleTests
{
    /// <summary>On a page whose sample's functions don't wait for each other.</summary>
    private const string AnyOrder = "<!-- lines in any order -->";

    public static TheoryData<string> Names =>
        [
            .. Directory
                .GetFiles(Repository.PathOf("samples"), "*.cs")
                .Select(f => Path.GetFileNameWithoutExtension(f)!)
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void Every_sample_has_a_page_and_every_page_a_sample() =>
        Assert.Equal(
            Names.Select(n => n.Data),
            Directory
                .GetFiles(Repository.PathOf("docs/samples"), "*.md")
                .Select(f => Path.GetFileNameWithoutExtension(f)!)
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_sample_prints_what_its_page_shows(string name)
    {
        var page = new MarkdownPage($"docs/samples/{name}.md");
        var command = Assert.Single(page.Blocks, b => b.Info == "sh").Code.Trim();
        var shown = Assert.Single(page.Blocks, b => b.Info == "text").Code;
        Assert.Equal($"dotnet run samples/{name}.cs", command);

        // The referenced projects were built with this one: building them again would write over what other tests are running.
        var result = await Command.RunAsync(
            ["dotnet", "run", "-c", Repository.Configuration, "-p:BuildProjectReferences=false", $"samples/{name}.cs"],
            TestContext.Current.CancellationToken
        );

        Assert.True(result.ExitCode == 0, $"{name} ended with {result.ExitCode}:\n{result.Output}\n{result.Error}");
        var isInOrder = !page.Text.Contains(AnyOrder, StringComparison.Ordinal);
        Assert.Equal(Normalised(shown, isInOrder), Normalised(result.Output, isInOrder));
    }

    /// <summary>The solution's build has compiled the program: what is left is the native code, and the analysis of the whole.</summary>
    [Fact]
    public async Task The_first_sample_compiled_ahead_of_time_prints_the_same()
    {
        var shown = Assert
            .Single(new MarkdownPage("docs/samples/callback-class.md").Blocks, b => b.Info == "text")
            .Code;
        var output = Directory.CreateTempSubdirectory("callgate-aot");
        try
        {
            var published = await Command.RunAsync(
                [
                    "dotnet",
                    "publish",
                    "tests/Callgate.AotSmoke",
                    "--no-build",
                    "-c",
                    Repository.Configuration,
                    "-o",
                    output.FullName,
                    .. OnPath("clang") ? Array.Empty<string>() : ["-p:CppCompilerAndLinker=gcc"],
                ],
                TestContext.Current.CancellationToken
            );
            Assert.True(published.ExitCode == 0, published.Output + published.Error);
            Assert.DoesNotContain("warning", published.Output, StringComparison.OrdinalIgnoreCase);

            var result = await Command.RunAsync(
                [Path.Combine(output.FullName, "Callgate.AotSmoke")],
                TestContext.Current.CancellationToken
            );

            Assert.Equal(0, result.ExitCode);
            Assert.Equal(Normalised(shown, isInOrder: true), Normalised(result.Output, isInOrder: true));
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    private static bool OnPath(string program) =>
        Environment
            .GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .Any(directory => File.Exists(Path.Combine(directory, program)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_quotes_its_sample_word_for_word(string name)
    {
        var sample = Repository.Read($"samples/{name}.cs");

        Assert.All(
            new MarkdownPage($"docs/samples/{name}.md").Blocks.Where(b => b.Info == "csharp"),
            block => Assert.Contains(block.Code, sample, StringComparison.Ordinal)
        );
    }

    /// <summary>What differs from run to run is named by its kind.</summary>
    private static string Normalised(string output, bool isInOrder)
    {
        output = CallId().Replace(output, "<id>");
        output = LocalPort().Replace(output, "127.0.0.1:<port>");
        output = Duration().Replace(output, "<time>");
        var lines = output.TrimEnd().Split('\n').Select(l => l.TrimEnd());
        return string.Join('\n', isInOrder ? lines : lines.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")]
    private static partial Regex CallId();

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex LocalPort();

    [GeneratedRegex(@"\b\d+(\.\d+)? ms\b")]
    private static partial Regex Duration();
}
