namespace Callgate.Conformance;

/// <summary>One way of calling: a public method of an entry.</summary>
/// <param name="Name">The method, with what tells its overloads apart.</param>
/// <param name="Shape">What it asks for.</param>
/// <param name="IsSync">Whether its caller waits synchronously.</param>
/// <param name="Open">Makes the call; what comes is given one by one, a unary answer as the only one.</param>
internal sealed record Operation(string Name, Shape Shape, bool IsSync, Func<Stage, IAsyncEnumerator<object>> Open)
{
    /// <summary>LiteLLM's name of it.</summary>
    public string CallType => (IsSync ? "" : "a") + (Shape == Shape.Embedding ? "embedding" : "completion");
}
