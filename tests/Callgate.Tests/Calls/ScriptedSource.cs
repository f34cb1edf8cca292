using Callgate.Calls;
using Callgate.Wire;

namespace Callgate.Tests.Calls;

/// <summary>How a scripted stream ends.</summary>
internal enum ScriptEnd
{
    Done,
    Error,
    Break,

    /// <summary>Nothing comes until somebody ends the call.</summary>
    Silence,
}

/// <summary>Chunks after a script, in place of a provider's.</summary>
internal sealed class ScriptedSource(
    Attempt? attempt,
    IReadOnlyList<ChatChunk> chunks,
    ScriptEnd end,
    CallOutcome outcome
) : IChunkSource
{
    private readonly Queue<ChatChunk> _ready = new();
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    public CallOutcome Outcome => outcome;
    public bool IsComplete { get; private set; }
    public bool IsDone { get; private set; }
    public Attempt? Attempt => attempt;

    /// <summary>How often everything was given back.</summary>
    public int Released { get; private set; }

    public bool TryTake(out ChatChunk chunk) => _ready.TryDequeue(out chunk!);

    public async ValueTask ReadAsync(CallClock clock)
    {
        if (_next < chunks.Count)
        {
            var chunk = chunks[_next++];
            IsComplete |= chunk.FinishReason is not null;
            _ready.Enqueue(chunk);
            return;
        }

        switch (end)
        {
            case ScriptEnd.Done:
                IsDone = true;
                return;
            case ScriptEnd.Error:
                throw LlmException.Create(LlmErrorKind.ServiceUnavailable, "Overloaded.");
            case ScriptEnd.Break:
                throw new IOException("Connection reset by peer.");
        }

        await _broken.Task.WaitAsync(clock.Token);
        throw new IOException("The connection was closed under a pending read.");
    }

    public LlmResponse? Assemble() => attempt?.Stream is { IsEmpty: false } stream ? stream.ToCompletion() : null;

    public void Dispose() => _broken.TrySetResult();

    public void Release()
    {
        Dispose();
        Released++;
    }
}
