namespace Callgate;

/// <summary>What a call used, in token classes that are disjoint: no token is counted twice.</summary>
/// <remarks>
/// Immutable. <see cref="PromptTokens"/>, <see cref="CompletionTokens"/> and <see cref="TotalTokens"/> are always the
/// sums of the classes. A negative or impossibly large count throws <see cref="ArgumentOutOfRangeException"/>; use
/// <see cref="FromReported"/> for the figures of a provider, which may contradict themselves.
/// </remarks>
public sealed partial record TokenUsage
{
    /// <summary>Nothing is known.</summary>
    public static TokenUsage None { get; } = new() { Requests = 0 };

    /// <summary>Uncached text tokens of the prompt.</summary>
    public long InputText
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Text tokens read from the prompt cache.</summary>
    public long InputTextCached
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Uncached audio tokens of the prompt.</summary>
    public long InputAudio
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Audio tokens read from the prompt cache.</summary>
    public long InputAudioCached
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Uncached image tokens of the prompt.</summary>
    public long InputImage
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Image tokens read from the prompt cache.</summary>
    public long InputImageCached
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Tokens written to the prompt cache for five minutes, or where the vendor has one lifetime only.</summary>
    public long CacheWrite5m
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Tokens written to the prompt cache for an hour.</summary>
    public long CacheWrite1h
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Text tokens of the answer, without reasoning.</summary>
    public long OutputText
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Reasoning tokens, whether shown or hidden.</summary>
    public long OutputReasoning
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Audio tokens of the answer.</summary>
    public long OutputAudio
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Image tokens of the answer.</summary>
    public long OutputImage
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Video tokens of the answer.</summary>
    public long OutputVideo
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>All tokens of the prompt: read from the cache, written to it, and neither.</summary>
    public long PromptTokens =>
        InputText
        + InputTextCached
        + InputAudio
        + InputAudioCached
        + InputImage
        + InputImageCached
        + CacheWrite5m
        + CacheWrite1h;

    /// <summary>All tokens of the answer, reasoning included.</summary>
    public long CompletionTokens => OutputText + OutputReasoning + OutputAudio + OutputImage + OutputVideo;

    /// <summary>Prompt and answer together.</summary>
    public long TotalTokens => PromptTokens + CompletionTokens;

    /// <summary>All tokens read from the prompt cache.</summary>
    public long CachedTokens => InputTextCached + InputAudioCached + InputImageCached;

    /// <summary>Where the counts come from.</summary>
    public UsageSource Source { get; init; }

    /// <summary>Whether a report contradicted itself, so that <see cref="FromReported"/> had to correct it.</summary>
    public bool Corrected { get; init; }
}
