using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Where the chunks of a streamed call come from: a provider, the cache, or another client that is observed. One reader at a time.</summary>
internal interface IChunkSource : IDisposable
{
    /// <summary>How the call ends that is read to its end.</summary>
    CallOutcome Outcome { get; }

    /// <summary>Whether all of the answer has come, though perhaps not its end marker.</summary>
    bool IsComplete { get; }

    /// <summary>Whether nothing more comes.</summary>
    bool IsDone { get; }

    /// <summary>The attempt that answers; null where there is none.</summary>
    Attempt? Attempt { get; }

    /// <summary>Takes a chunk that is there already.</summary>
    bool TryTake(out ChatChunk chunk);

    /// <summary>Takes into account a chunk that was taken, as its consumer is to see it.</summary>
    void Taken(ChatChunk chunk) => Attempt?.Stream!.Add(chunk);

    /// <summary>Waits until a chunk is there, or nothing more comes.</summary>
    ValueTask ReadAsync(CallClock clock);

    /// <summary>The answer so far, put together; null where nothing has come, or nobody will look.</summary>
    LlmResponse? Assemble();

    /// <summary>The answer for the cache: as the provider gave it.</summary>
    LlmResponse? AssembleForCache() => Assemble();

    /// <summary>Gives everything back, by the one who reads. <see cref="IDisposable.Dispose"/> may come from any thread, and only breaks off.</summary>
    void Release();
}
