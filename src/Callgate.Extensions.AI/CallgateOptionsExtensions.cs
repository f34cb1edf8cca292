using Callgate.Interop;
using Microsoft.Extensions.AI;

namespace Callgate;

/// <summary>Gives single calls what their callbacks are to know. None of it is sent to the provider.</summary>
public static class CallgateOptionsExtensions
{
    /// <summary>A copy of the options that carries this along, for <c>UseCallgate</c> and <see cref="LlmClientExtensions.AsIChatClient"/>. The options themselves stay as they are.</summary>
    /// <param name="options">The options.</param>
    /// <param name="tags">Tags for spend reports and callbacks.</param>
    /// <param name="metadata">Passed to callbacks as it is: <c>call.Metadata</c>.</param>
    /// <param name="traceId">Groups calls that belong together.</param>
    /// <param name="sessionId">The session. Default: <see cref="ChatOptions.ConversationId"/>.</param>
    /// <param name="noLog">Observers get no event of this call.</param>
    public static ChatOptions WithCallgate(
        this ChatOptions options,
        IReadOnlyList<string>? tags = null,
        IReadOnlyDictionary<string, object?>? metadata = null,
        string? traceId = null,
        string? sessionId = null,
        bool noLog = false
    ) => options.WithCallgate(Call(tags, metadata, traceId, sessionId, noLog));

    /// <summary>A copy of the options that carries this along. Of a call that <c>UseCallgate</c> only observes, timeout, retries, fallbacks, cache, key and address are the inner client's own.</summary>
    /// <param name="options">The options.</param>
    /// <param name="call">What goes along; over what the options carry already.</param>
    public static ChatOptions WithCallgate(this ChatOptions options, CallOptions call)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(call);
        return CallOptionsCarrier.Attach(options, call);
    }

    /// <inheritdoc cref="WithCallgate(ChatOptions, IReadOnlyList{string}, IReadOnlyDictionary{string, object}, string, string, bool)" />
    public static EmbeddingGenerationOptions WithCallgate(
        this EmbeddingGenerationOptions options,
        IReadOnlyList<string>? tags = null,
        IReadOnlyDictionary<string, object?>? metadata = null,
        string? traceId = null,
        string? sessionId = null,
        bool noLog = false
    ) => options.WithCallgate(Call(tags, metadata, traceId, sessionId, noLog));

    /// <inheritdoc cref="WithCallgate(ChatOptions, CallOptions)" />
    public static EmbeddingGenerationOptions WithCallgate(this EmbeddingGenerationOptions options, CallOptions call)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(call);
        return CallOptionsCarrier.Attach(options, call);
    }

    private static CallOptions Call(
        IReadOnlyList<string>? tags,
        IReadOnlyDictionary<string, object?>? metadata,
        string? traceId,
        string? sessionId,
        bool noLog
    ) =>
        new()
        {
            Tags = tags ?? [],
            Metadata = metadata ?? CallOptions.Default.Metadata,
            TraceId = traceId,
            SessionId = sessionId,
            NoLog = noLog,
        };
}
