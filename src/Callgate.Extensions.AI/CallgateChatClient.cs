using System.Runtime.CompilerServices;
using Callgate.Calls;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Observes the calls of a chat client, and changes nothing about them.</summary>
internal sealed class CallgateChatClient : DelegatingChatClient, IAsyncDisposable
{
    private readonly Observer _observer;
    private readonly bool _ownsObserver;
    private readonly bool _isTraced;

    public CallgateChatClient(IChatClient inner, LlmClient client, bool ownsObserver)
        : base(inner)
    {
        var metadata = inner.GetService<ChatClientMetadata>();
        _observer = new Observer(client, metadata?.ProviderName, metadata?.ProviderUri, metadata?.DefaultModelId);
        _ownsObserver = ownsObserver;
        // Both make a span of their own for each call.
        _isTraced =
            inner.GetService<OpenTelemetryChatClient>() is not null || inner.GetService<LlmClient>() is not null;
        if (inner.GetService<FunctionInvokingChatClient>() is not null)
        {
            _observer.WarnOfRoundTrips();
        }
    }

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        var given = Listed(messages);
        var request = Describe(given, options);
        var observed = ObservedCall.Begin(
            _observer.Runtime,
            request,
            CallOf(given, options),
            Kind(isStream: false),
            _observer.Provider,
            _observer.ApiBase
        );
        ChatResponse response;
        try
        {
            ObservedCall.Enter(observed);
            response = await InnerClient
                .GetResponseAsync(given, CallOptionsCarrier.Strip(options), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            observed.Fail(exception, cancellationToken);
            throw;
        }

        TurnTraces.Remember(response.Messages.SelectMany(m => m.Contents), observed.Call.TraceId);
        observed.Complete(
            _observer.Describe(
                (response, request.Model),
                static s => ResponseToWire.Map(s.response, s.Model),
                static s => new ChatCompletion { Model = s.Model }
            )
        );
        return response;
    }

    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    // Each enumeration is a call of its own, as everywhere in Microsoft.Extensions.AI.
    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var given = Listed(messages);
        var request = Describe(given, options);
        var updates = new UpdatesToWire(request.Model);
        var stream = ObservedCall.Stream(
            _observer.Runtime,
            request,
            CallOf(given, options),
            Kind(isStream: true),
            _observer.Provider,
            _observer.ApiBase,
            token => InnerClient.GetStreamingResponseAsync(given, CallOptionsCarrier.Strip(options), token),
            (call, update) =>
            {
                TurnTraces.Remember(update.Contents, call.TraceId);
                return _observer.Describe(
                    (updates, update),
                    static s => s.updates.Describe(s.update),
                    static _ => new ChatChunkBody()
                );
            },
            cancellationToken
        );
        await foreach (var chunk in stream.ConfigureAwait(false))
        {
            yield return (ChatResponseUpdate)chunk.Origin!;
        }
    }

    private ChatRequest Describe(IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        _observer.Describe(
            (messages, options, model: options?.ModelId ?? _observer.DefaultModel),
            static s => RequestToWire.Map(s.messages, s.options, s.model),
            static s => new ChatRequest { Model = s.model, Messages = [] }
        );

    private CallOptions CallOf(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var call = CallOptionsCarrier.For(options, null) ?? CallOptions.Default;
        _observer.WarnOfSteering(call);
        return call.TraceId is null && TurnTraces.Find(messages) is { } traceId
            ? call with
            {
                TraceId = traceId,
            }
            : call;
    }

    private CallKind Kind(bool isStream) =>
        CallKind.Chat(isSync: false, isStream, isObserved: true) with
        {
            IsTraced = _isTraced,
        };

    /// <summary>We read the messages as well as the inner client, and some sequences can be read but once.</summary>
    private static IReadOnlyList<ChatMessage> Listed(IEnumerable<ChatMessage> messages) =>
        messages as IReadOnlyList<ChatMessage> ?? [.. messages];

    protected override void Dispose(bool disposing)
    {
        try
        {
            base.Dispose(disposing);
        }
        finally
        {
            if (disposing && _ownsObserver)
            {
                _observer.Client.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (InnerClient is IAsyncDisposable inner)
            {
                await inner.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                InnerClient.Dispose();
            }
        }
        finally
        {
            if (_ownsObserver)
            {
                await _observer.Client.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
