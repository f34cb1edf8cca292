using System.Text;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>The kinds of blocks that an answer's stream consists of.</summary>
internal enum BlockKind
{
    Text,
    Thinking,

    /// <summary>A call of a tool.</summary>
    Call,

    /// <summary>A block that is whole when it comes, in Anthropic's own form.</summary>
    Whole,
}

/// <summary>A block of an answer that is being written, or waits for its turn.</summary>
internal sealed class OutgoingBlock(BlockKind kind)
{
    private readonly ArgumentsEnd _end = new();

    public BlockKind Kind => kind;

    /// <summary>Which call of the answer it is.</summary>
    public int CallIndex { get; init; }
    public string? Id { get; set; }
    public string? Name { get; set; }

    /// <summary>A call's fields that are Anthropic's own.</summary>
    public ExtraFields? Extra { get; set; }

    /// <summary>The block that is whole.</summary>
    public JsonElement Element { get; init; }

    /// <summary>What came while it waited.</summary>
    public StringBuilder Waiting { get; } = new();

    /// <summary>The signature that came while it waited.</summary>
    public string? WaitingSignature { get; set; }

    /// <summary>What a text refers to that came while it waited.</summary>
    public List<JsonElement> WaitingCitations { get; } = [];

    /// <summary>Whether nothing more belongs to it: a signature closes its block.</summary>
    public bool IsSealed { get; set; }

    /// <summary>Whether the next block may begin: of two calls whose pieces are mixed, the first must be whole.</summary>
    public bool MayEnd => kind != BlockKind.Call || _end.IsReached;

    /// <summary>Whether it may begin: a call says its name at once.</summary>
    public bool MayBegin => kind != BlockKind.Call || !string.IsNullOrEmpty(Name);

    public void Note(string piece)
    {
        if (kind == BlockKind.Call)
        {
            _end.Add(piece);
        }
    }
}
