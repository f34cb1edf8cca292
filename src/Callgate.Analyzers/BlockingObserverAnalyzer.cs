using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Callgate.Analyzers;

/// <summary>CALLGATE003: a sync observer that blocks, itself or in a helper of its class.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BlockingObserverAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc />
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.BlockingObserver];

    /// <inheritdoc />
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (HookSymbols.From(start.Compilation) is { } hooks)
            {
                start.RegisterSymbolStartAction(c => AnalyzeType(c, hooks), SymbolKind.NamedType);
            }
        });
    }

    private static void AnalyzeType(SymbolStartAnalysisContext context, HookSymbols hooks)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!hooks.IsHandler(type))
        {
            return;
        }

        var observers = type.GetMembers()
            .OfType<IMethodSymbol>()
            .Where(m => AsyncObserverOf(m, hooks) is not null)
            .ToImmutableArray();
        if (observers.IsEmpty)
        {
            return;
        }

        var blocks = new ConcurrentBag<(ISymbol In, Location At, string What)>();
        var calls = new ConcurrentBag<(ISymbol From, IMethodSymbol To)>();
        context.RegisterOperationAction(
            c =>
            {
                if (IsInLambda(c.Operation))
                {
                    return;
                }

                if (BlockingCalls.Find(c.Operation) is { } what)
                {
                    blocks.Add((c.ContainingSymbol, c.Operation.Syntax.GetLocation(), what));
                }
                else if (
                    c.Operation is IInvocationOperation { TargetMethod: { } target }
                    && SymbolEqualityComparer.Default.Equals(target.ContainingType, type)
                )
                {
                    calls.Add((c.ContainingSymbol, target.OriginalDefinition));
                }
            },
            OperationKind.Invocation,
            OperationKind.PropertyReference
        );
        context.RegisterSymbolEndAction(end =>
        {
            var reported = new HashSet<Location>();
            foreach (var observer in observers)
            {
                var reached = Reach(observer, calls);
                foreach (var (_, at, what) in blocks.Where(b => reached.Contains(b.In)))
                {
                    if (reported.Add(at))
                    {
                        end.ReportDiagnostic(
                            Diagnostic.Create(
                                Diagnostics.BlockingObserver,
                                at,
                                what,
                                observer.Name,
                                AsyncObserverOf(observer, hooks)!.Name
                            )
                        );
                    }
                }
            }
        });
    }

    private static IMethodSymbol? AsyncObserverOf(IMethodSymbol method, HookSymbols hooks) =>
        hooks.HookOf(method) is { } hook ? hooks.AsyncOf(hook) : null;

    private static HashSet<ISymbol> Reach(IMethodSymbol observer, IEnumerable<(ISymbol From, IMethodSymbol To)> calls)
    {
        var reached = new HashSet<ISymbol>(SymbolEqualityComparer.Default) { observer };
        var open = new Stack<ISymbol>(reached);
        while (open.Count > 0)
        {
            var from = open.Pop();
            foreach (var (_, to) in calls.Where(c => SymbolEqualityComparer.Default.Equals(c.From, from)))
            {
                if (reached.Add(to))
                {
                    open.Push(to);
                }
            }
        }

        return reached;
    }

    /// <summary>A lambda mostly runs elsewhere, as in <c>Task.Run</c>.</summary>
    private static bool IsInLambda(IOperation operation)
    {
        for (var parent = operation.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is IAnonymousFunctionOperation)
            {
                return true;
            }
        }

        return false;
    }
}
