using Callgate.Wire;

namespace Callgate;

/// <summary>One event of a streamed answer, whatever the endpoint's format. Immutable; giving back the same reference from a hook sends its bytes on untouched.</summary>
public abstract class LlmChunk
{
    /// <summary>The event's JSON, UTF-8.</summary>
    public abstract ReadOnlyMemory<byte> Data { get; }

    /// <summary>The text that this event adds; empty where it adds none.</summary>
    public abstract string Text { get; }

    /// <summary>A copy with this text in place of the event's own.</summary>
    public abstract LlmChunk WithText(string text);

    /// <summary>The text, cut where it is long.</summary>
    public override string ToString() => SafeText.Cut(Text);
}
