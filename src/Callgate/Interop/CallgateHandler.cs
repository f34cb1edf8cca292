using Callgate.Calls;
using Callgate.Interop;
using Callgate.Telemetry;

namespace Callgate;

/// <summary>
/// Lets Callgate's callbacks see the calls that a vendor's SDK makes over <see cref="HttpClient"/>. It never changes a byte of what
/// is sent or received, and streams stay streams; each HTTP exchange with a known endpoint is a call, with the same event as one of
/// <see cref="LlmClient"/>. Whatever it doesn't know passes by. Thread-safe.
/// </summary>
/// <remarks>
/// Known are OpenAI's <c>chat/completions</c> and <c>embeddings</c>, also as Azure serves them, and Anthropic's <c>v1/messages</c>.
/// Only observers see these calls; hooks that steer a call don't run, as the SDK is the one who makes it. Inside a call that is
/// observed already (<c>UseCallgate</c>, or an <see cref="LlmClient"/> that sends through this handler) an exchange makes no call of its own.
/// </remarks>
/// <example><code>
/// var http = new HttpClient(new CallgateHandler(client));
/// var claude = new AnthropicClient { HttpClient = http };
/// </code></example>
public sealed class CallgateHandler : DelegatingHandler
{
    private static readonly AsyncLocal<CallOptions?> s_ambient = new();

    private readonly Lock _lock = new();
    private readonly LlmClient _client;
    private readonly bool _isOwn;
    private readonly TimeSpan _callerTimeout = TimeSpan.FromSeconds(100);
    private bool _disposed;

    /// <summary>A handler with a client of its own; see <see cref="CallgateHandler(LlmClientOptions)"/>.</summary>
    public CallgateHandler()
        : this(new LlmClientOptions()) { }

    /// <summary>A handler with a client of its own. Disposing the handler waits for the client's observers, within <see cref="LlmClientOptions.FlushTimeout"/>, and disposes it.</summary>
    /// <param name="options">The client's options: its callbacks, prices, logger and limits are used.</param>
    public CallgateHandler(LlmClientOptions options)
        : this(new LlmClient(options), isOwn: true) { }

    /// <inheritdoc cref="CallgateHandler(LlmClientOptions)" />
    /// <param name="options">The client's options: its callbacks, prices, logger and limits are used.</param>
    /// <param name="innerHandler">Sends the requests.</param>
    public CallgateHandler(LlmClientOptions options, HttpMessageHandler innerHandler)
        : this(options)
    {
        ArgumentNullException.ThrowIfNull(innerHandler);
        InnerHandler = innerHandler;
    }

    /// <summary>A handler whose calls are seen by this client's callbacks. Requests go out through a new <see cref="HttpClientHandler"/>, unless an inner handler is set before the first one.</summary>
    /// <param name="client">Its callbacks, prices, logger and limits are used. The handler does not dispose it.</param>
    public CallgateHandler(LlmClient client)
        : this(client, isOwn: false) { }

    /// <summary>A handler whose calls are seen by this client's callbacks.</summary>
    /// <param name="client">Its callbacks, prices, logger and limits are used. The handler does not dispose it.</param>
    /// <param name="innerHandler">Sends the requests.</param>
    public CallgateHandler(LlmClient client, HttpMessageHandler innerHandler)
        : this(client, isOwn: false)
    {
        ArgumentNullException.ThrowIfNull(innerHandler);
        InnerHandler = innerHandler;
    }

    private CallgateHandler(LlmClient client, bool isOwn)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _isOwn = isOwn;
    }

    /// <summary>
    /// How long the <see cref="HttpClient"/> or the SDK waits before it gives up by itself. A handler sees its giving up as a
    /// cancellation like any other: one that comes after this time is recorded as <see cref="CallOutcome.TimedOut"/>. Nothing is cut off
    /// by it. Default: 100 seconds, which is the default of <see cref="HttpClient"/> and of OpenAI's SDK.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is neither longer than zero nor infinite.</exception>
    public TimeSpan CallerTimeout
    {
        get => _callerTimeout;
        init
        {
            if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "CallerTimeout must be longer than zero.");
            }

            _callerTimeout = value;
        }
    }

    /// <summary>
    /// Until the result is disposed, these options go along with every call that is made from the current async flow: metadata, tags,
    /// session, callbacks. For users of an SDK, who never see its requests. Scopes within scopes, and the options of the request
    /// itself (<see cref="CallgateRequestExtensions.SetCallgate"/>), add to them: what is set further inside wins, and metadata, tags and callbacks add up.
    /// </summary>
    public static IDisposable With(CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var scope = new Scope(s_ambient.Value);
        s_ambient.Value = CallOptionsCarrier.Merge(s_ambient.Value, OptionsCheck.Validated(options));
        return scope;
    }

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        EnsureInnerHandler();
        return EndpointFor(request) is { } endpoint
            ? ObserveAsync(endpoint, request, isSync: false, cancellationToken).AsTask()
            : base.SendAsync(request, cancellationToken);
    }

    /// <inheritdoc />
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        EnsureInnerHandler();
        return EndpointFor(request) is { } endpoint
            ? SyncBridge.Run(
                (this, endpoint, request, cancellationToken),
                static s => s.Item1.ObserveAsync(s.endpoint, s.request, isSync: true, s.cancellationToken)
            )
            : base.Send(request, cancellationToken);
    }

    /// <summary>The endpoint that is called; null where nobody is to be told of it.</summary>
    private Endpoint? EndpointFor(HttpRequestMessage request)
    {
        if (RequestMarks.IsSeen(request) || Endpoint.Of(request) is not { } endpoint)
        {
            return null;
        }

        var callbacks = ObservedCall.Current?.Call.Callbacks ?? _client.Runtime.CallbacksFor(OptionsFor(request));
        return callbacks.All.IsEmpty && !CallTelemetry.IsListenedTo ? null : endpoint;
    }

    private static CallOptions OptionsFor(HttpRequestMessage request) =>
        CallOptionsCarrier.Merge(s_ambient.Value, RequestMarks.OptionsOf(request)) ?? CallOptions.Default;

    private async ValueTask<HttpResponseMessage> ObserveAsync(
        Endpoint endpoint,
        HttpRequestMessage request,
        bool isSync,
        CancellationToken cancellationToken
    )
    {
        var body = ReadOnlyMemory<byte>.Empty;
        if (request.Content is { } content)
        {
            // Some content can be read once only: what we read, the inner handler must still be able to send.
            await content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
            body = await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        }

        var exchange = TryBegin(endpoint, request, body, isSync);
        RequestMarks.SetSeen(request, true);
        HttpResponseMessage reply;
        try
        {
            reply = isSync
                ? base.Send(request, cancellationToken)
                : await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            exchange?.Fail(exception, cancellationToken);
            throw;
        }
        finally
        {
            // A handler above may send it again, and that is another exchange.
            RequestMarks.SetSeen(request, false);
        }

        if (exchange is not null)
        {
            await exchange.ReceiveAsync(reply, isSync, cancellationToken).ConfigureAwait(false);
        }

        return reply;
    }

    private Exchange? TryBegin(Endpoint endpoint, HttpRequestMessage request, ReadOnlyMemory<byte> body, bool isSync)
    {
        try
        {
            return Exchange.Begin(
                _client.Runtime,
                endpoint,
                request,
                body,
                OptionsFor(request),
                isSync,
                _callerTimeout
            );
        }
#pragma warning disable CA1031 // The SDK's call goes out whether or not we can watch it, e.g. after our client was disposed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _client.Runtime.Hub.Report(nameof(CallgateHandler), nameof(SendAsync), exception);
            return null;
        }
    }

    private void EnsureInnerHandler()
    {
        if (InnerHandler is not null)
        {
            return;
        }

        // Not in the constructor: IHttpClientFactory takes only handlers without an inner one.
        lock (_lock)
        {
            InnerHandler ??= new HttpClientHandler();
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && _isOwn && !Interlocked.Exchange(ref _disposed, true))
        {
            _client.Dispose();
        }
    }

    private sealed class Scope(CallOptions? before) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            if (!_disposed)
            {
                _disposed = true;
                s_ambient.Value = before;
            }
        }
    }
}
