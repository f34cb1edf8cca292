namespace Callgate.Gateway.Tests.Conformance;

/// <summary>What an operation asks for: the figures of one cell of the table.</summary>
internal enum Shape
{
    Unary,
    Stream,
    Embedding,
}
