namespace Callgate;

/// <content>The one way from a provider's report to disjoint classes.</content>
public sealed partial record TokenUsage
{
    /// <summary>Splits a report that counts as OpenAI does, where totals include their details, into disjoint classes.</summary>
    /// <remarks>
    /// <para>
    /// Never throws. Afterwards <see cref="PromptTokens"/> equals <paramref name="promptTokens"/> and
    /// <see cref="CompletionTokens"/> equals <paramref name="completionTokens"/>, whatever the details said: a negative
    /// count becomes 0, details larger than their total are cut to it, and <see cref="Corrected"/> says so.
    /// </para>
    /// <para>
    /// Vendors that count cached or written tokens (Anthropic) or reasoning (xAI, Perplexity) beside the total have
    /// them added to it by their translator first.
    /// </para>
    /// </remarks>
    /// <param name="promptTokens">All tokens of the prompt, cached and written ones included.</param>
    /// <param name="completionTokens">All tokens of the answer, reasoning and media included.</param>
    /// <param name="cachedTokens">Those of the prompt that were read from the cache, all modalities.</param>
    /// <param name="cacheWrite5m">Those written to the cache for five minutes.</param>
    /// <param name="cacheWrite1h">Those written to the cache for an hour.</param>
    /// <param name="audioIn">Audio tokens of the prompt, cached ones included.</param>
    /// <param name="cachedAudio">Audio tokens among the cached ones; derived where that is possible and 0 is given.</param>
    /// <param name="imageIn">Image tokens of the prompt, cached ones included.</param>
    /// <param name="cachedImage">Image tokens among the cached ones; derived likewise.</param>
    /// <param name="reasoningTokens">Reasoning tokens of the answer.</param>
    /// <param name="audioOut">Audio tokens of the answer.</param>
    /// <param name="imageOut">Image tokens of the answer.</param>
    /// <param name="videoOut">Video tokens of the answer.</param>
    /// <param name="source">Where the report comes from.</param>
    public static TokenUsage FromReported(
        long promptTokens,
        long completionTokens,
        long cachedTokens = 0,
        long cacheWrite5m = 0,
        long cacheWrite1h = 0,
        long audioIn = 0,
        long cachedAudio = 0,
        long imageIn = 0,
        long cachedImage = 0,
        long reasoningTokens = 0,
        long audioOut = 0,
        long imageOut = 0,
        long videoOut = 0,
        UsageSource source = UsageSource.Reported
    )
    {
        var corrected = false;

        var prompt = Cut(promptTokens, Amounts.MaxCount, ref corrected);
        var free = prompt;
        var cached = Take(cachedTokens, ref free, ref corrected);
        var written5m = Take(cacheWrite5m, ref free, ref corrected);
        var written1h = Take(cacheWrite1h, ref free, ref corrected);

        // Modalities cut across cached and uncached: `free` is what neither the cache nor a write accounts for.
        var audio = Cut(audioIn, prompt, ref corrected);
        var image = Cut(imageIn, prompt - audio, ref corrected);
        var audioCached = Cut(cachedAudio, Math.Min(cached, audio), ref corrected);
        var imageCached = Cut(cachedImage, Math.Min(cached - audioCached, image), ref corrected);
        var excess = audio - audioCached + image - imageCached - free;
        Derive(ref audioCached, audio, cached - imageCached, ref excess);
        Derive(ref imageCached, image, cached - audioCached, ref excess);
        var audioUncached = Take(audio - audioCached, ref free, ref corrected);
        var imageUncached = Take(image - imageCached, ref free, ref corrected);

        var rest = Cut(completionTokens, Amounts.MaxCount, ref corrected);
        var reasoning = Take(reasoningTokens, ref rest, ref corrected);
        var spoken = Take(audioOut, ref rest, ref corrected);
        var drawn = Take(imageOut, ref rest, ref corrected);
        var filmed = Take(videoOut, ref rest, ref corrected);

        return new()
        {
            InputText = free,
            InputTextCached = cached - audioCached - imageCached,
            InputAudio = audioUncached,
            InputAudioCached = audioCached,
            InputImage = imageUncached,
            InputImageCached = imageCached,
            CacheWrite5m = written5m,
            CacheWrite1h = written1h,
            OutputText = rest,
            OutputReasoning = reasoning,
            OutputAudio = spoken,
            OutputImage = drawn,
            OutputVideo = filmed,
            Source = source,
            Corrected = corrected,
        };
    }

    // Media that doesn't fit beside the cached tokens must be among them.
    private static void Derive(ref long cachedMedia, long media, long cachedRoom, ref long excess)
    {
        var more = Math.Min(excess, Math.Min(media, cachedRoom) - cachedMedia);
        if (more > 0)
        {
            cachedMedia += more;
            excess -= more;
        }
    }

    private static long Take(long wanted, ref long left, ref bool corrected)
    {
        var taken = Cut(wanted, left, ref corrected);
        left -= taken;
        return taken;
    }

    private static long Cut(long value, long max, ref bool corrected)
    {
        var cut = Math.Clamp(value, 0, max);
        corrected |= cut != value;
        return cut;
    }
}
