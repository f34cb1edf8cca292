namespace Callgate.Conformance;

/// <summary>What is asked for, and how the answer comes. Unary or streamed decides which hooks can fire.</summary>
internal enum Shape
{
    ChatUnary,
    ChatStream,
    Embedding,
}
