namespace Callgate;

/// <summary>A key or token. Prints as stars and cannot be serialised, so it can't reach a log or an event by accident.</summary>
public sealed class Secret
{
    private readonly Func<CancellationToken, ValueTask<string>>? _provider;
    private readonly string? _value;

    /// <summary>A fixed secret.</summary>
    public Secret(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        _value = value;
    }

    /// <summary>A secret that is asked for before each attempt, e.g. an Entra token.</summary>
    public Secret(Func<CancellationToken, ValueTask<string>> provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _provider = provider;
    }

    /// <summary>Whether it comes from a delegate: a bearer token, not a key.</summary>
    internal bool IsToken => _provider is not null;

    internal ValueTask<string> RevealAsync(CancellationToken cancellationToken) =>
        _provider is null ? ValueTask.FromResult(_value!) : _provider(cancellationToken);

    /// <summary>A fixed secret.</summary>
    public static implicit operator Secret(string value) => new(value);

    /// <summary>Stars, always.</summary>
    public override string ToString() => "***";
}
