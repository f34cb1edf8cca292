using Callgate.Wire;

namespace Callgate;

/// <summary>
/// The front door for scripts and small programs: one default <see cref="LlmClient"/>, made on first use. Whatever needs its own
/// callbacks, models or lifetime makes an <see cref="LlmClient"/>.
/// </summary>
public static class Llm
{
    private static readonly Lazy<LlmClient> s_client = new(() => new LlmClient());

    /// <summary>The default client.</summary>
    public static LlmClient Client => s_client.Value;

    /// <inheritdoc cref="LlmClient.Callbacks" />
    public static CallbackList Callbacks
    {
        get => Client.Callbacks;
        set => Client.Callbacks = value;
    }

    /// <inheritdoc cref="LlmClient.InputCallbacks" />
    public static InputCallbackList InputCallbacks => Client.InputCallbacks;

    /// <inheritdoc cref="LlmClient.SuccessCallbacks" />
    public static CallbackFunctionList SuccessCallbacks => Client.SuccessCallbacks;

    /// <inheritdoc cref="LlmClient.FailureCallbacks" />
    public static CallbackFunctionList FailureCallbacks => Client.FailureCallbacks;

    /// <inheritdoc cref="LlmClient.CompleteAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public static ChatCompletion Complete(
        string model,
        IReadOnlyList<Message> messages,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Client.Complete(model, messages, options, cancellationToken);

    /// <inheritdoc cref="LlmClient.CompleteAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public static Task<ChatCompletion> CompleteAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Client.CompleteAsync(model, messages, options, cancellationToken);

    /// <inheritdoc cref="LlmClient.CompleteStreamingAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public static IEnumerable<ChatChunk> CompleteStreaming(
        string model,
        IReadOnlyList<Message> messages,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Client.CompleteStreaming(model, messages, options, cancellationToken);

    /// <inheritdoc cref="LlmClient.CompleteStreamingAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public static IAsyncEnumerable<ChatChunk> CompleteStreamingAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Client.CompleteStreamingAsync(model, messages, options, cancellationToken);

    /// <inheritdoc cref="LlmClient.EmbedAsync(string, IReadOnlyList{string}, CallOptions?, CancellationToken)" />
    public static EmbeddingResponse Embed(
        string model,
        IReadOnlyList<string> input,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Client.Embed(model, input, options, cancellationToken);

    /// <inheritdoc cref="LlmClient.EmbedAsync(string, IReadOnlyList{string}, CallOptions?, CancellationToken)" />
    public static Task<EmbeddingResponse> EmbedAsync(
        string model,
        IReadOnlyList<string> input,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Client.EmbedAsync(model, input, options, cancellationToken);

    /// <inheritdoc cref="LlmClient.FlushAsync" />
    public static Task<FlushResult> FlushAsync(
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => Client.FlushAsync(timeout, cancellationToken);

    /// <inheritdoc cref="LlmClient.FlushAsync" />
    public static FlushResult Flush(TimeSpan? timeout = null) => Client.Flush(timeout);
}
