using System.Collections.Concurrent;

namespace Callgate.Gateway.Tests.UserCode;

/// <summary>A service of the application, given to callbacks: what they note outlives their code.</summary>
public sealed class Tally
{
    private readonly ConcurrentQueue<string> _notes = new();

    public IReadOnlyList<string> Notes => [.. _notes];

    /// <summary>Holds up whoever waits at it.</summary>
    public ManualResetEventSlim Gate { get; } = new();

    public void Note(string note) => _notes.Enqueue(note);
}

/// <summary>A callback of the application itself.</summary>
public sealed class HostGuard(Tally tally) : CustomLogger, IDisposable
{
    public Tally Tally => tally;

    public void Dispose() => tally.Note("disposed");
}
