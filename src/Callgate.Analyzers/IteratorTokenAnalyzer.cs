using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Callgate.Analyzers;

/// <summary>CALLGATE004: an async iterator that overrides a stream hook, and whose token lacks <c>[EnumeratorCancellation]</c>.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class IteratorTokenAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc />
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.IteratorToken];

    /// <inheritdoc />
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (HookSymbols.From(start.Compilation) is { } hooks)
            {
                start.RegisterSymbolAction(c => Analyze(c, hooks), SymbolKind.Method);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, HookSymbols hooks)
    {
        var method = (IMethodSymbol)context.Symbol;
        // An override that only hands on another's stream is not async, and its token is an ordinary one.
        if (!method.IsAsync || method.ReturnType.Name != "IAsyncEnumerable" || hooks.HookOf(method) is not { } hook)
        {
            return;
        }

        foreach (var parameter in method.Parameters)
        {
            if (
                parameter.Type.ToDisplayString() == "System.Threading.CancellationToken"
                && !parameter.GetAttributes().Any(a => a.AttributeClass?.Name == "EnumeratorCancellationAttribute")
            )
            {
                context.ReportDiagnostic(
                    Diagnostic.Create(Diagnostics.IteratorToken, parameter.Locations[0], parameter.Name, hook.Name)
                );
            }
        }
    }
}
