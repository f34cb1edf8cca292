namespace Callgate.Gateway.Tests.Conformance;

/// <summary>What was seen of a cell's call.</summary>
internal sealed record Run
{
    public required Cell Cell { get; init; }

    /// <summary>What the client got; without a status where it had left.</summary>
    public required Reply Reply { get; init; }

    /// <summary>The hooks of the call, in order.</summary>
    public required IReadOnlyList<Fired> Fired { get; init; }

    /// <summary>The requests that the provider saw.</summary>
    public required int Requests { get; init; }

    /// <summary>Whether the provider saw its connection closed before its answer was whole.</summary>
    public required bool IsUpstreamClosed { get; init; }

    /// <summary>The hash of the key that called.</summary>
    public required string KeyHash { get; init; }

    public IEnumerable<CallDetails> Terminal =>
        Fired.Where(f => f.Hook is Hooks.LogSuccessEventAsync or Hooks.LogFailureEventAsync).Select(f => f.Call!);

    public int CountOf(Hooks hook) => Fired.Count(f => f.Hook == hook);
}

/// <summary>What a client got.</summary>
internal readonly record struct Reply(int? Status, string? CallId, string Body);
