using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Callgate.Analyzers.Tests;

/// <summary>Compiles a user's code against the real Callgate. What is to be reported stands between <c>[|</c> and <c>|]</c>.</summary>
internal static class Snippet
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Net.Sockets;
        using System.Runtime.CompilerServices;
        using System.Threading;
        using System.Threading.Tasks;
        using Callgate;
        using Callgate.Wire;

        """;

    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Checks the places, and gives the messages in their order.</summary>
    public static async Task<string[]> Report<TAnalyzer>(string marked, params string[] compilerErrors)
        where TAnalyzer : DiagnosticAnalyzer, new()
    {
        var (source, spans) = Unmark(Usings + marked);
        var cancellation = TestContext.Current.CancellationToken;
        var tree = CSharpSyntaxTree.ParseText(
            source,
            new CSharpParseOptions(LanguageVersion.Latest),
            cancellationToken: cancellation
        );
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [tree],
            s_references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable
            )
        );
        var errors = compilation.GetDiagnostics(cancellation).Where(d => d.Severity == DiagnosticSeverity.Error);
        Assert.Equal(compilerErrors, errors.Select(e => e.Id));

        var analyzer = new TAnalyzer();
        var reported = await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync(cancellation);
        var inOrder = reported.OrderBy(d => d.Location.SourceSpan).ToArray();
        Assert.All(inOrder, d => Assert.Equal(analyzer.SupportedDiagnostics.Single().Id, d.Id));
        Assert.Equal(spans.Select(s => source[s.Start..s.End]), inOrder.Select(d => TextOf(d, source)));
        Assert.Equal(spans, inOrder.Select(d => d.Location.SourceSpan));
        return [.. inOrder.Select(d => d.GetMessage(null))];
    }

    private static string TextOf(Diagnostic diagnostic, string source) =>
        source[diagnostic.Location.SourceSpan.Start..diagnostic.Location.SourceSpan.End];

    private static (string Source, TextSpan[] Spans) Unmark(string marked)
    {
        var parts = marked.Split("[|");
        var source = parts[0];
        var spans = new List<TextSpan>();
        foreach (var part in parts.Skip(1))
        {
            var end = part.IndexOf("|]", StringComparison.Ordinal);
            spans.Add(new TextSpan(source.Length, end));
            source += part[..end] + part[(end + 2)..];
        }

        return (source, [.. spans]);
    }
}
