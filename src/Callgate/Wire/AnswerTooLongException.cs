namespace Callgate.Wire;

/// <summary>An answer, or one event of a stream, is longer than the client reads.</summary>
internal sealed class AnswerTooLongException(long limit)
    : IOException($"It is longer than {limit} bytes, which is the most that is read: see MaxResponseBytes.");
