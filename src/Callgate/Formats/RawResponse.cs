namespace Callgate.Formats;

/// <summary>
/// An answer that goes to its client as the provider wrote it. It is parsed when, and only when, somebody looks:
/// a hook that may change it, or an observer.
/// </summary>
/// <param name="parse">Makes the typed answer; called once, or twice in a race.</param>
internal sealed record RawResponse(Func<LlmResponse> parse) : LlmResponse
{
    private LlmResponse? _typed;

    /// <summary>The reply as it came; empty of a stream, which has gone by.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Where the model's value stands in it, quotes included; empty where it isn't there.</summary>
    public Range ModelAt { get; init; }

    internal override LlmResponse Typed =>
        _typed is { } made && ReferenceEquals(made.HiddenParams, HiddenParams)
            ? made
            : _typed = (_typed ?? parse()) with { HiddenParams = HiddenParams };

    public override string Text => Typed.Text;

    public override LlmResponse WithText(string text) => Typed.WithText(text);

    public override string ToString() => base.ToString();
}
