namespace Callgate.Gateway.Tests.Conformance;

/// <summary>What the handler overrides that counts.</summary>
internal enum Watch
{
    /// <summary>Every hook there is: what the provider says is read, and written anew.</summary>
    AllHooks,

    /// <summary>Observers only: where the provider speaks the client's format, bytes pass through beside them.</summary>
    Observers,
}
