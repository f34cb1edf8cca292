using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Callgate.Analyzers;

/// <summary>CALLGATE001: a handler's method that looks like a hook but overrides none.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LookalikeHookAnalyzer : DiagnosticAnalyzer
{
    private static readonly SymbolDisplayFormat s_signature = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameOnly,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        memberOptions: SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeParameters,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier
    );

    /// <inheritdoc />
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.LookalikeHook];

    /// <inheritdoc />
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (HookSymbols.From(start.Compilation) is { } hooks)
            {
                start.RegisterSymbolAction(c => Analyze(c, hooks), SymbolKind.NamedType);
            }
        });
    }

    private static void Analyze(SymbolAnalysisContext context, HookSymbols hooks)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (!hooks.IsHandler(type))
        {
            return;
        }

        var overridden = hooks.OverriddenBy(type).Select(h => h.Name).ToImmutableArray();
        foreach (var method in type.GetMembers().OfType<IMethodSymbol>())
        {
            if (!IsCandidate(method))
            {
                continue;
            }

            var isPublic = method.DeclaredAccessibility == Accessibility.Public;
            var name = HookNames.Nearest(method.Name, ReturnsTask(method), hooks.Names, out var distance);
            // A forgotten `public` makes a method private; a helper is private too, but hardly has a hook's very name.
            if (name is null || (distance > 0 && !isPublic) || HookNames.IsHelper(name, distance, isPublic, overridden))
            {
                continue;
            }

            var hook = hooks.Hooks.First(h => h.Name == name);
            context.ReportDiagnostic(
                Diagnostic.Create(
                    Diagnostics.LookalikeHook,
                    method.Locations[0],
                    $"{type.Name}.{method.Name}",
                    name,
                    "public override " + hook.ToDisplayString(s_signature)
                )
            );
        }
    }

    /// <summary>An override that overrides nothing is the compiler's error too, but the compiler can't name the signature.</summary>
    private static bool IsCandidate(IMethodSymbol method) =>
        method.MethodKind == MethodKind.Ordinary
        && !method.IsImplicitlyDeclared
        && method.OverriddenMethod is null
        && !ImplementsInterface(method);

    private static bool ImplementsInterface(IMethodSymbol method) =>
        method
            .ContainingType.AllInterfaces.SelectMany(i => i.GetMembers(method.Name))
            .Any(m =>
                SymbolEqualityComparer.Default.Equals(
                    method.ContainingType.FindImplementationForInterfaceMember(m),
                    method
                )
            );

    private static bool ReturnsTask(IMethodSymbol method) => method.ReturnType.Name is "Task" or "ValueTask";
}
