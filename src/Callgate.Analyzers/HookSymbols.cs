using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Callgate.Analyzers;

/// <summary>The hooks as the referenced Callgate has them: the virtual methods of its <c>CustomLogger</c>.</summary>
internal sealed class HookSymbols
{
    private HookSymbols(INamedTypeSymbol customLogger)
    {
        CustomLogger = customLogger;
        Hooks = customLogger.GetMembers().OfType<IMethodSymbol>().Where(m => m.IsVirtual).ToImmutableArray();
        Names = Hooks.Select(h => h.Name).ToImmutableArray();
    }

    public INamedTypeSymbol CustomLogger { get; }

    public ImmutableArray<IMethodSymbol> Hooks { get; }

    public ImmutableArray<string> Names { get; }

    /// <summary>Null where the compilation doesn't use Callgate.</summary>
    public static HookSymbols? From(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Callgate.CustomLogger") is { } customLogger
            ? new HookSymbols(customLogger)
            : null;

    public bool IsHandler(ITypeSymbol? type)
    {
        for (var t = type?.BaseType; t is not null; t = t.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(t, CustomLogger))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The hook that a method overrides, perhaps by way of a base class; null where it overrides none.</summary>
    public IMethodSymbol? HookOf(IMethodSymbol method)
    {
        var root = method;
        while (root.OverriddenMethod is { } overridden)
        {
            root = overridden;
        }

        return
            SymbolEqualityComparer.Default.Equals(root.ContainingType, CustomLogger)
            && !SymbolEqualityComparer.Default.Equals(root, method)
            ? root
            : null;
    }

    /// <summary>The hooks that a handler or its base classes override, in <c>CustomLogger</c>'s order.</summary>
    public ImmutableArray<IMethodSymbol> OverriddenBy(ITypeSymbol handler)
    {
        var overridden = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        for (var t = handler; t is not null && !SymbolEqualityComparer.Default.Equals(t, CustomLogger); t = t.BaseType)
        {
            foreach (var method in t.GetMembers().OfType<IMethodSymbol>())
            {
                if (HookOf(method) is { } hook)
                {
                    overridden.Add(hook);
                }
            }
        }

        return Hooks.Where(overridden.Contains).ToImmutableArray();
    }

    public static bool IsGatewayOnly(IMethodSymbol hook) =>
        hook.GetAttributes().Any(a => a.AttributeClass?.ToDisplayString() == "Callgate.GatewayOnlyAttribute");

    /// <summary>The async one of a pair of observers, of the sync one; else null.</summary>
    public IMethodSymbol? AsyncOf(IMethodSymbol hook) =>
        hook.ReturnsVoid ? Hooks.FirstOrDefault(h => h.Name == hook.Name + "Async") : null;
}
