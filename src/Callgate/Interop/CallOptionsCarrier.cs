using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Carries <see cref="CallOptions"/> along with Microsoft.Extensions.AI's options, under a key that no provider ever sees.</summary>
internal static class CallOptionsCarrier
{
    public const string Key = "callgate.call_options";

    public static CallOptions? Of(AdditionalPropertiesDictionary? properties) =>
        properties is not null && properties.TryGetValue(Key, out var value) ? value as CallOptions : null;

    /// <summary>What goes along with one call: what its options carry, over what goes along with every call.</summary>
    public static CallOptions? For(ChatOptions? options, CallOptions? always)
    {
        var call = Merge(always, Of(options?.AdditionalProperties));
        return options?.ConversationId is { } conversation && call?.SessionId is null
            ? (call ?? CallOptions.Default) with
            {
                SessionId = conversation,
            }
            : call;
    }

    /// <summary>A copy of the options with the call's options in them; what they carried already counts where the new ones say nothing.</summary>
    public static ChatOptions Attach(ChatOptions options, CallOptions call)
    {
        var copy = options.Clone();
        copy.AdditionalProperties = With(copy.AdditionalProperties, call);
        return copy;
    }

    /// <inheritdoc cref="Attach(ChatOptions, CallOptions)" />
    public static EmbeddingGenerationOptions Attach(EmbeddingGenerationOptions options, CallOptions call)
    {
        var copy = options.Clone();
        copy.AdditionalProperties = With(copy.AdditionalProperties, call);
        return copy;
    }

    /// <summary>The same options where they carry nothing, else a copy without what they carry.</summary>
    public static ChatOptions? Strip(ChatOptions? options)
    {
        if (options?.AdditionalProperties?.ContainsKey(Key) != true)
        {
            return options;
        }

        var copy = options.Clone();
        copy.AdditionalProperties = Without(copy.AdditionalProperties!);
        return copy;
    }

    /// <inheritdoc cref="Strip(ChatOptions?)" />
    public static EmbeddingGenerationOptions? Strip(EmbeddingGenerationOptions? options)
    {
        if (options?.AdditionalProperties?.ContainsKey(Key) != true)
        {
            return options;
        }

        var copy = options.Clone();
        copy.AdditionalProperties = Without(copy.AdditionalProperties!);
        return copy;
    }

    /// <summary>Both: what <paramref name="over"/> sets wins; metadata, headers, tags and callbacks add up.</summary>
    public static CallOptions? Merge(CallOptions? under, CallOptions? over)
    {
        if (under is null || over is null)
        {
            return over ?? under;
        }

        return new CallOptions
        {
            Metadata = Merge(under.Metadata, over.Metadata),
            Tags = [.. under.Tags.Union(over.Tags, StringComparer.Ordinal)],
            TraceId = over.TraceId ?? under.TraceId,
            SessionId = over.SessionId ?? under.SessionId,
            Timeout = over.Timeout ?? under.Timeout,
            StreamTimeout = over.StreamTimeout ?? under.StreamTimeout,
            NumRetries = over.NumRetries ?? under.NumRetries,
            Fallbacks = over.Fallbacks ?? under.Fallbacks,
            ApiKey = over.ApiKey ?? under.ApiKey,
            ApiBase = over.ApiBase ?? under.ApiBase,
            ApiVersion = over.ApiVersion ?? under.ApiVersion,
            BaseModel = over.BaseModel ?? under.BaseModel,
            Headers = Merge(under.Headers, over.Headers, StringComparer.OrdinalIgnoreCase),
            Cache = over.Cache == CacheControl.Default ? under.Cache : over.Cache,
            Callbacks = [.. under.Callbacks.Union(over.Callbacks)],
            NoLog = under.NoLog || over.NoLog,
            PromptId = over.PromptId ?? under.PromptId,
            PromptVariables = Merge(under.PromptVariables, over.PromptVariables),
            Mock = over.Mock ?? under.Mock,
            DropParams = over.DropParams || under.DropParams,
        };
    }

    private static AdditionalPropertiesDictionary With(AdditionalPropertiesDictionary? properties, CallOptions call) =>
        new(properties ?? []) { [Key] = Merge(Of(properties), call) };

    private static AdditionalPropertiesDictionary? Without(AdditionalPropertiesDictionary properties)
    {
        if (properties.Count == 1)
        {
            return null;
        }

        var rest = new AdditionalPropertiesDictionary(properties);
        rest.Remove(Key);
        return rest;
    }

    private static IReadOnlyDictionary<string, T> Merge<T>(
        IReadOnlyDictionary<string, T> under,
        IReadOnlyDictionary<string, T> over,
        StringComparer? comparer = null
    )
    {
        if (under.Count == 0 || over.Count == 0)
        {
            return over.Count == 0 ? under : over;
        }

        var both = new Dictionary<string, T>(under, comparer ?? StringComparer.Ordinal);
        foreach (var (name, value) in over)
        {
            both[name] = value;
        }

        return both;
    }
}
