namespace Callgate;

/// <content>What is billed by other units than tokens.</content>
public sealed partial record TokenUsage
{
    /// <summary>Requests or billed queries; one unless set.</summary>
    public long Requests
    {
        get;
        init => field = Amounts.Count(value);
    } = 1;

    /// <summary>Calls of the built-in web search.</summary>
    public long WebSearchCalls
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Calls of the built-in file search.</summary>
    public long FileSearchCalls
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Tokens of cited sources, where the vendor bills them beside prompt and answer.</summary>
    public long CitationTokens
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Images made, or given to an embedding model.</summary>
    public long Images
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Characters of speech or embedded text.</summary>
    public long Characters
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Pages read.</summary>
    public long Pages
    {
        get;
        init => field = Amounts.Count(value);
    }

    /// <summary>Megapixels of the images made, together.</summary>
    public decimal Megapixels
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>Seconds of audio heard or spoken.</summary>
    public decimal AudioSeconds
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>Seconds of video made.</summary>
    public decimal VideoSeconds
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>Adds two usages class by class, for instance those of a call's attempts.</summary>
    /// <remarks>
    /// A cost isn't computed from such a sum, as long-context prices hold per request: see <see cref="Cost.Sum"/>.
    /// </remarks>
    /// <param name="left">One usage.</param>
    /// <param name="right">The other.</param>
    public static TokenUsage operator +(TokenUsage left, TokenUsage right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new()
        {
            InputText = Sum(left.InputText, right.InputText),
            InputTextCached = Sum(left.InputTextCached, right.InputTextCached),
            InputAudio = Sum(left.InputAudio, right.InputAudio),
            InputAudioCached = Sum(left.InputAudioCached, right.InputAudioCached),
            InputImage = Sum(left.InputImage, right.InputImage),
            InputImageCached = Sum(left.InputImageCached, right.InputImageCached),
            CacheWrite5m = Sum(left.CacheWrite5m, right.CacheWrite5m),
            CacheWrite1h = Sum(left.CacheWrite1h, right.CacheWrite1h),
            OutputText = Sum(left.OutputText, right.OutputText),
            OutputReasoning = Sum(left.OutputReasoning, right.OutputReasoning),
            OutputAudio = Sum(left.OutputAudio, right.OutputAudio),
            OutputImage = Sum(left.OutputImage, right.OutputImage),
            OutputVideo = Sum(left.OutputVideo, right.OutputVideo),
            Requests = Sum(left.Requests, right.Requests),
            WebSearchCalls = Sum(left.WebSearchCalls, right.WebSearchCalls),
            FileSearchCalls = Sum(left.FileSearchCalls, right.FileSearchCalls),
            CitationTokens = Sum(left.CitationTokens, right.CitationTokens),
            Images = Sum(left.Images, right.Images),
            Characters = Sum(left.Characters, right.Characters),
            Pages = Sum(left.Pages, right.Pages),
            Megapixels = left.Megapixels + right.Megapixels,
            AudioSeconds = left.AudioSeconds + right.AudioSeconds,
            VideoSeconds = left.VideoSeconds + right.VideoSeconds,
            Source = Worse(left.Source, right.Source),
            Corrected = left.Corrected || right.Corrected,
        };
    }

    private static long Sum(long left, long right) => Math.Min(left + right, Amounts.MaxCount);

    // The enum's order is that of trust, apart from None, which adds nothing.
    private static UsageSource Worse(UsageSource left, UsageSource right) =>
        (UsageSource)Math.Max((int)left, (int)right);
}
