using Microsoft.CodeAnalysis;

namespace Callgate.Analyzers;

/// <summary>What the analyzers report. <c>docs/diagnostics.md</c> has an example and the cure of each.</summary>
internal static class Diagnostics
{
    private const string Category = "Callgate";
    private const string Help = "docs/diagnostics.md#";

    public static readonly DiagnosticDescriptor LookalikeHook = new(
        "CALLGATE001",
        "A method looks like a hook but overrides none",
        "'{0}' looks like the hook {1} but overrides nothing, so it is never called; declare it as '{2}'",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Help + "callgate001"
    );

    public static readonly DiagnosticDescriptor GatewayOnlyHook = new(
        "CALLGATE002",
        "A library client never calls a gateway-only hook",
        "'{0}' overrides {1}, which only the gateway calls: in a library client it never runs",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Help + "callgate002"
    );

    public static readonly DiagnosticDescriptor BlockingObserver = new(
        "CALLGATE003",
        "A sync observer blocks",
        "'{0}' blocks in the sync observer {1}, and with it a thread of the pool; override {2} instead and await",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Help + "callgate003"
    );

    public static readonly DiagnosticDescriptor IteratorToken = new(
        "CALLGATE004",
        "The token of an async iterator lacks [EnumeratorCancellation]",
        "'{0}' lacks [EnumeratorCancellation]: the token of whoever reads the stream never reaches {1}, which goes on when the client is gone",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Help + "callgate004"
    );
}
