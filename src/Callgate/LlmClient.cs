using System.Diagnostics.CodeAnalysis;
using Callgate.Calls;
using Callgate.Wire;

namespace Callgate;

/// <summary>
/// Calls any model, and lets your callbacks see every call. Thread-safe; make one and keep it. Disposing it waits, within
/// <see cref="LlmClientOptions.FlushTimeout"/>, for its observers, and ends calls that are still open as <see cref="CallOutcome.Terminated"/>.
/// </summary>
public sealed class LlmClient : IDisposable, IAsyncDisposable
{
    private readonly ClientRuntime _runtime;

    /// <summary>A client with these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    public LlmClient(LlmClientOptions? options = null)
    {
        Options = options ?? new LlmClientOptions();
        _runtime = new ClientRuntime(Options);
    }

    internal LlmClientOptions Options { get; }
    internal ClientRuntime Runtime => _runtime;

    /// <summary>The handlers of every call that begins from now on.</summary>
    public CallbackList Callbacks
    {
        get => _runtime.Callbacks;
        set => _runtime.Callbacks = value;
    }

    /// <summary>Functions called before each attempt, with the exact input that goes to the provider.</summary>
    public InputCallbackList InputCallbacks => Options.InputCallbacks;

    /// <summary>Functions called after each success.</summary>
    public CallbackFunctionList SuccessCallbacks => Options.SuccessCallbacks;

    /// <summary>Functions called after each failure.</summary>
    public CallbackFunctionList FailureCallbacks => Options.FailureCallbacks;

    /// <summary>Completes a conversation, and waits for the whole answer.</summary>
    /// <exception cref="LlmException">The call failed; see its kind.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<ChatCompletion> CompleteAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => CompleteAsync(Chat(model, messages), options, cancellationToken);

    /// <inheritdoc cref="CompleteAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public async Task<ChatCompletion> CompleteAsync(
        ChatRequest request,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        (ChatCompletion)
            await RunAsync(request, options, CallKind.Chat(isSync: false, isStream: false), cancellationToken)
                .ConfigureAwait(false);

    /// <inheritdoc cref="CompleteAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public ChatCompletion Complete(
        string model,
        IReadOnlyList<Message> messages,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Complete(Chat(model, messages), options, cancellationToken);

    /// <inheritdoc cref="CompleteAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public ChatCompletion Complete(
        ChatRequest request,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        (ChatCompletion)
            SyncBridge.Run(
                (this, request, options, cancellationToken),
                static s =>
                    s.Item1.RunAsync(
                        s.request,
                        s.options,
                        CallKind.Chat(isSync: true, isStream: false),
                        s.cancellationToken
                    )
            );

    /// <summary>Completes a conversation, chunk by chunk. The call begins when the stream is first read; the stream can be read once.</summary>
    /// <exception cref="LlmException">The call failed; thrown while the stream is read.</exception>
    public IAsyncEnumerable<ChatChunk> CompleteStreamingAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => CompleteStreamingAsync(Chat(model, messages), options, cancellationToken);

    /// <inheritdoc cref="CompleteStreamingAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public IAsyncEnumerable<ChatChunk> CompleteStreamingAsync(
        ChatRequest request,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Stream(request, options, isSync: false, cancellationToken);

    /// <inheritdoc cref="CompleteStreamingAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public IEnumerable<ChatChunk> CompleteStreaming(
        string model,
        IReadOnlyList<Message> messages,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => CompleteStreaming(Chat(model, messages), options, cancellationToken);

    /// <inheritdoc cref="CompleteStreamingAsync(string, IReadOnlyList{Message}, CallOptions?, CancellationToken)" />
    public IEnumerable<ChatChunk> CompleteStreaming(
        ChatRequest request,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => SyncBridge.Enumerate(Stream(request, options, isSync: true, cancellationToken));

    /// <summary>Embeds texts.</summary>
    /// <exception cref="LlmException">The call failed; see its kind.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<EmbeddingResponse> EmbedAsync(
        string model,
        IReadOnlyList<string> input,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => EmbedAsync(Embedding(model, input), options, cancellationToken);

    /// <inheritdoc cref="EmbedAsync(string, IReadOnlyList{string}, CallOptions?, CancellationToken)" />
    public async Task<EmbeddingResponse> EmbedAsync(
        EmbeddingRequest request,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        (EmbeddingResponse)
            await RunAsync(request, options, CallKind.Embedding(isSync: false), cancellationToken)
                .ConfigureAwait(false);

    /// <inheritdoc cref="EmbedAsync(string, IReadOnlyList{string}, CallOptions?, CancellationToken)" />
    public EmbeddingResponse Embed(
        string model,
        IReadOnlyList<string> input,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) => Embed(Embedding(model, input), options, cancellationToken);

    /// <inheritdoc cref="EmbedAsync(string, IReadOnlyList{string}, CallOptions?, CancellationToken)" />
    public EmbeddingResponse Embed(
        EmbeddingRequest request,
        CallOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        (EmbeddingResponse)
            SyncBridge.Run(
                (this, request, options, cancellationToken),
                static s =>
                    s.Item1.RunAsync(s.request, s.options, CallKind.Embedding(isSync: true), s.cancellationToken)
            );

    /// <summary>Waits until observers have seen every event so far.</summary>
    /// <param name="timeout">The most to wait. Default: <see cref="LlmClientOptions.FlushTimeout"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What became of all events since the client was made; <see cref="FlushResult.Pending"/> is not 0 where time ran out.</returns>
    public async Task<FlushResult> FlushAsync(
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    ) => await _runtime.Hub.FlushAsync(timeout ?? Options.FlushTimeout, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc cref="FlushAsync" />
    public FlushResult Flush(TimeSpan? timeout = null) =>
        SyncBridge.Run(
            (_runtime.Hub, timeout ?? Options.FlushTimeout),
            static s => s.Hub.FlushAsync(s.Item2, CancellationToken.None)
        );

    /// <summary>Ends open calls, and waits for observers within <see cref="LlmClientOptions.FlushTimeout"/>.</summary>
    public void Dispose()
    {
        if (_runtime.TryStop())
        {
            Flush();
            _runtime.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose" />
    public async ValueTask DisposeAsync()
    {
        if (_runtime.TryStop())
        {
            await FlushAsync().ConfigureAwait(false);
            _runtime.Dispose();
        }
    }

    private async ValueTask<LlmResponse> RunAsync(
        LlmRequest request,
        CallOptions? options,
        CallKind kind,
        CancellationToken cancellationToken
    )
    {
        var call = NewCall(request, options, kind);
        return AgenticLoop.MayBegin(call)
            ? await AgenticLoop.RunAsync(call, cancellationToken).ConfigureAwait(false)
            : await _runtime.Pipeline.CompleteAsync(call, cancellationToken).ConfigureAwait(false);
    }

    private CallStream Stream(
        ChatRequest request,
        CallOptions? options,
        bool isSync,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_runtime.IsDisposed, this);
        options = OptionsCheck.Validated(options ?? CallOptions.Default);
        return new CallStream(
            token => new StreamState(
                NewCall(request, options, CallKind.Chat(isSync, isStream: true)),
                _runtime.Pipeline.OpenStreamAsync,
                token
            ),
            cancellationToken
        );
    }

    private Call NewCall(LlmRequest request, CallOptions? options, CallKind kind)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_runtime.IsDisposed, this);
        return new Call(_runtime, request, OptionsCheck.Validated(options ?? CallOptions.Default), kind);
    }

    private static ChatRequest Chat([NotNull] string? model, [NotNull] IReadOnlyList<Message>? messages)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(messages);
        return new ChatRequest { Model = model, Messages = messages };
    }

    private static EmbeddingRequest Embedding([NotNull] string? model, [NotNull] IReadOnlyList<string>? input)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        return new EmbeddingRequest { Model = model, Input = input };
    }
}
