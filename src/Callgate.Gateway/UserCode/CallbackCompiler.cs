using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace Callgate.Gateway.UserCode;

/// <summary>Compiles users' source. With <see cref="CompilerReferences"/> the only code that touches the compiler, whose 60 MB a gateway with an unchanged file never loads.</summary>
internal static class CallbackCompiler
{
    private const int MostErrors = 100;

    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.Extensions.Logging;
        global using Callgate;
        global using Callgate.Wire;
        """;

    // The feature lets a file begin with #! and with the directives of file-based apps, which are then found where they stand.
    private static readonly CSharpParseOptions s_parse = CSharpParseOptions
        .Default.WithLanguageVersion(LanguageVersion.CSharp14)
        .WithFeatures([new("FileBasedProgram", "true")]);

    private static readonly CSharpCompilationOptions s_options = new(
        OutputKind.DynamicallyLinkedLibrary,
        optimizationLevel: OptimizationLevel.Release,
        nullableContextOptions: NullableContextOptions.Enable,
        deterministic: true
    );

    // Files are added to it, each to the same one: so the references are bound once.
    private static readonly Lazy<CSharpCompilation> s_empty = new(() =>
        CSharpCompilation.Create(
            "UserCode",
            [CSharpSyntaxTree.ParseText(GlobalUsings, s_parse)],
            CompilerReferences.All,
            s_options
        )
    );

    /// <exception cref="CallbackLoadException">It has errors; the message has them all, each with file, line and column.</exception>
    public static CompiledCode Compile(string path, byte[] source, CancellationToken cancellationToken)
    {
        var tree = CSharpSyntaxTree.ParseText(SourceText.From(source, source.Length), s_parse, path, cancellationToken);
        RefuseDirectives(tree, cancellationToken);
        var compilation = s_empty.Value.AddSyntaxTrees(tree);
        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        var result = compilation.Emit(
            assembly,
            symbols,
            options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb),
            cancellationToken: cancellationToken
        );
        return result.Success
            ? new CompiledCode(
                assembly.ToArray(),
                symbols.ToArray(),
                [.. Lines(result.Diagnostics, DiagnosticSeverity.Warning)]
            )
            : throw new CallbackLoadException(Join([.. Lines(result.Diagnostics, DiagnosticSeverity.Error)]));
    }

    private static void RefuseDirectives(SyntaxTree tree, CancellationToken cancellationToken)
    {
        var refused = tree.GetCompilationUnitRoot(cancellationToken)
            .DescendantTrivia()
            .Where(t => t.IsKind(SyntaxKind.IgnoredDirectiveTrivia))
            .Select(t =>
            {
                var (at, text) = (tree.GetLineSpan(t.Span, cancellationToken), t.ToString().Trim());
                return $"{at.Path}({at.StartLinePosition.Line + 1},{at.StartLinePosition.Character + 1}): error: "
                    + (
                        text.StartsWith("#:package", StringComparison.Ordinal)
                        || text.StartsWith("#:project", StringComparison.Ordinal)
                            ? $"'{text}': a callback's file can't bring packages or projects. Build a class library that references them, and name its .dll in the configuration: './MyCallbacks.dll'."
                            : $"'{text}': the gateway compiles the file itself, and takes no such setting. Remove the line."
                    );
            })
            .ToList();
        if (refused.Count > 0)
        {
            throw new CallbackLoadException(Join(refused));
        }
    }

    private static IEnumerable<string> Lines(IEnumerable<Diagnostic> diagnostics, DiagnosticSeverity severity) =>
        diagnostics
            .Where(d => d.Severity == severity && !d.IsSuppressed)
            .OrderBy(d => d.Location.SourceSpan.Start)
            .Select(d => CSharpDiagnosticFormatter.Instance.Format(d, CultureInfo.InvariantCulture));

    private static string Join(List<string> lines)
    {
        var text = new StringBuilder().AppendJoin('\n', lines.Take(MostErrors));
        return (
            lines.Count > MostErrors
                ? text.Append(CultureInfo.InvariantCulture, $"\n… and {lines.Count - MostErrors} more")
                : text
        ).ToString();
    }
}
