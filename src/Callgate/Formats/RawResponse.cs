namespace Callgate.Formats;

/// <summary>
/// An answer that goes to its client as the provider wrote it. It is parsed when, and only when, somebody looks:
/// a hook that may change it, or an observer.
/// </summary>
/// <param name="parse">Makes the typed answer; called once, or twice in a race.</param>
/// <param name="figures">An answer without content, for observers of one that can't be parsed.</param>
internal sealed record RawResponse(Func<LlmResponse> parse, LlmResponse figures) : LlmResponse
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

    internal override LlmResponse Observed
    {
        get
        {
            try
            {
                return Typed;
            }
#pragma warning disable CA1031 // The client has got the bytes, whatever is wrong with them: its event must come all the same.
            catch (Exception)
#pragma warning restore CA1031
            {
                return figures with { Id = Id, Model = Model, Usage = Usage, HiddenParams = HiddenParams };
            }
        }
    }

    public override string Text => Typed.Text;

    public override LlmResponse WithText(string text) => Typed.WithText(text);

    public override string ToString() => base.ToString();
}
