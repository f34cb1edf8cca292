using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Callgate.Analyzers.Tests;

public sealed class DescriptorTests
{
    public static TheoryData<DiagnosticDescriptor> Descriptors =>
        [
            .. typeof(LookalikeHookAnalyzer)
                .Assembly.GetTypes()
                .Where(t => t.IsSubclassOf(typeof(DiagnosticAnalyzer)))
                .SelectMany(t => ((DiagnosticAnalyzer)Activator.CreateInstance(t)!).SupportedDiagnostics),
        ];

    [Fact]
    public void There_are_four() =>
        Assert.Equal(
            ["CALLGATE001", "CALLGATE002", "CALLGATE003", "CALLGATE004"],
            Descriptors.Select(d => d.Data.Id).Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Descriptors), DisableDiscoveryEnumeration = true)]
    public void Each_warns_by_default_and_links_to_its_chapter(DiagnosticDescriptor descriptor)
    {
        Assert.Equal("Callgate", descriptor.Category);
        Assert.Equal(DiagnosticSeverity.Warning, descriptor.DefaultSeverity);
        Assert.True(descriptor.IsEnabledByDefault);
        var (file, anchor) = (descriptor.HelpLinkUri.Split('#')[0], descriptor.HelpLinkUri.Split('#')[1]);
        var chapters = File.ReadLines(Path.Combine(Root, file))
            .Where(l => l.StartsWith("## ", StringComparison.Ordinal));
        Assert.Contains($"## {descriptor.Id}", chapters);
        Assert.Equal(anchor, descriptor.Id, ignoreCase: true);
    }

    [Fact]
    public async Task Code_without_Callgate_is_left_alone()
    {
        var compilation = Microsoft.CodeAnalysis.CSharp.CSharpCompilation.Create(
            "Plain",
            [
                Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(
                    "class CustomLogger { } class H : CustomLogger { public void log_success_event() { } }",
                    cancellationToken: TestContext.Current.CancellationToken
                ),
            ],
            [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]
        );

        var reported = await compilation
            .WithAnalyzers([
                new LookalikeHookAnalyzer(),
                new GatewayOnlyHookAnalyzer(),
                new BlockingObserverAnalyzer(),
                new IteratorTokenAnalyzer(),
            ])
            .GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);

        Assert.Empty(reported);
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Callgate.slnx")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }
}
