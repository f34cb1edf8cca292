using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Callgate.Analyzers;

/// <summary>CALLGATE002: a handler with gateway-only hooks that is given to a library client.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class GatewayOnlyHookAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc />
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.GatewayOnlyHook];

    /// <inheritdoc />
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (HookSymbols.From(start.Compilation) is not { } hooks)
            {
                return;
            }

            start.RegisterOperationAction(c => AnalyzeAdd(c, hooks), OperationKind.Invocation);
            start.RegisterOperationAction(c => AnalyzeCollection(c, hooks), OperationKind.CollectionExpression);
            start.RegisterOperationAction(c => AnalyzeAssignment(c, hooks), OperationKind.SimpleAssignment);
        });
    }

    /// <summary><c>client.Callbacks.Add(new H())</c>, and <c>Callbacks = { new H() }</c>, which is the same to the compiler.</summary>
    private static void AnalyzeAdd(OperationAnalysisContext context, HookSymbols hooks)
    {
        var add = (IInvocationOperation)context.Operation;
        if (
            add.TargetMethod.Name == "Add"
            && IsList(add.TargetMethod.ContainingType)
            && add.Arguments.FirstOrDefault(a => a.Parameter?.Ordinal == 0) is { } argument
            && !IsOfGateway(add.Instance)
        )
        {
            Check(context, argument.Value, hooks);
        }
    }

    /// <summary><c>Callbacks = [new H()]</c>.</summary>
    private static void AnalyzeCollection(OperationAnalysisContext context, HookSymbols hooks)
    {
        var collection = (ICollectionExpressionOperation)context.Operation;
        if (IsList(collection.Type) && !IsOfGateway(TargetOf(collection)))
        {
            CheckAll(context, collection.Elements, hooks);
        }
    }

    /// <summary><c>new CallOptions { Callbacks = … }</c>: any list of handlers, not one of our own types.</summary>
    private static void AnalyzeAssignment(OperationAnalysisContext context, HookSymbols hooks)
    {
        var assignment = (ISimpleAssignmentOperation)context.Operation;
        if (
            assignment.Target is not IPropertyReferenceOperation { Property: { Name: "Callbacks" } property }
            || property.ContainingType.ToDisplayString() != "Callgate.CallOptions"
        )
        {
            return;
        }

        switch (Unwrap(assignment.Value))
        {
            case ICollectionExpressionOperation collection:
                CheckAll(context, collection.Elements, hooks);
                break;
            case IArrayCreationOperation { Initializer: { } initializer }:
                CheckAll(context, initializer.ElementValues, hooks);
                break;
            case IObjectCreationOperation { Initializer: { } initializer }:
                CheckAll(
                    context,
                    initializer
                        .Initializers.OfType<IInvocationOperation>()
                        .SelectMany(add => add.Arguments)
                        .Select(a => a.Value),
                    hooks
                );
                break;
        }
    }

    private static void CheckAll(OperationAnalysisContext context, IEnumerable<IOperation> handlers, HookSymbols hooks)
    {
        foreach (var handler in handlers)
        {
            Check(context, handler, hooks);
        }
    }

    private static void Check(OperationAnalysisContext context, IOperation value, HookSymbols hooks)
    {
        var handler = Unwrap(value);
        if (handler.Type is not { } type || !hooks.IsHandler(type))
        {
            return;
        }

        var names = hooks.OverriddenBy(type).Where(HookSymbols.IsGatewayOnly).Select(h => h.Name).ToImmutableArray();
        if (names.Length > 0)
        {
            context.ReportDiagnostic(
                Diagnostic.Create(
                    Diagnostics.GatewayOnlyHook,
                    handler.Syntax.GetLocation(),
                    type.Name,
                    string.Join(", ", names)
                )
            );
        }
    }

    /// <summary>A handler as it was written: without the conversions to <c>Callback</c>, of which the compiler makes two.</summary>
    private static IOperation Unwrap(IOperation value) =>
        value switch
        {
            IConversionOperation conversion => Unwrap(conversion.Operand),
            IObjectCreationOperation { Type: { } type, Arguments.Length: 1 } created
                when type.ToDisplayString() == "Callgate.Callback" => Unwrap(created.Arguments[0].Value),
            _ => value,
        };

    private static bool IsList(ITypeSymbol? type) =>
        type?.ToDisplayString()
            is "Callgate.CallbackList"
                or "Callgate.CallbackFunctionList"
                or "Callgate.InputCallbackList";

    /// <summary>The gateway's own options have lists of the same type.</summary>
    private static bool IsOfGateway(IOperation? list) =>
        ListOf(list) is IMemberReferenceOperation { Member.ContainingType: { } owner }
        && (owner.ContainingNamespace.ToDisplayString() + ".").StartsWith(
            "Callgate.Gateway.",
            StringComparison.Ordinal
        );

    /// <summary>In <c>Callbacks = { … }</c> the receiver of each <c>Add</c> is implied: the property stands further out.</summary>
    private static IOperation? ListOf(IOperation? list)
    {
        if (list is not IInstanceReferenceOperation)
        {
            return list;
        }

        var parent = list.Parent;
        while (parent is not (null or IMemberInitializerOperation))
        {
            parent = parent.Parent;
        }

        return (parent as IMemberInitializerOperation)?.InitializedMember;
    }

    private static IOperation? TargetOf(IOperation value)
    {
        var parent = value.Parent;
        while (parent is IConversionOperation)
        {
            parent = parent.Parent;
        }

        return parent is ISimpleAssignmentOperation assignment ? assignment.Target : null;
    }
}
