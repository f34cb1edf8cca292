using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Callgate.Testing;

/// <summary>
/// A real HTTP server on a free port of this machine that speaks OpenAI's wire (chat, legacy completions, Responses, embeddings, models; also as Azure serves it) and Anthropic's (messages and their token counts).
/// It answers like the built-in mock unless told otherwise, records what it is asked, and misbehaves on demand. Thread-safe.
/// </summary>
/// <example>
/// <code>
/// await using var provider = await FakeProvider.StartAsync();
/// provider.Enqueue(FakeReply.Error(429, retryAfter: TimeSpan.Zero), FakeReply.Mock());
/// </code>
/// </example>
public sealed class FakeProvider : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly Queue<FakeReply> _replies = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _timeProvider;
    private readonly WebApplication _application;
    private long _requestCount;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakeProvider(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;

        // The empty builder reads no environment and no files: a test's server must not depend on where it runs.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder
            .WebHost.UseKestrelCore()
            .UseSockets(sockets =>
            {
                // The smallest buffer: a flush ends when the bytes are with the system, so that breaking the connection loses none of them.
                sockets.MaxWriteBufferSize = 2;
            })
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.Limits.MinRequestBodyDataRate = null;
                kestrel.Limits.MinResponseDataRate = null;
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        _application = builder.Build();
        _application.Run(ServeAsync);
    }

    /// <summary>The server's address: <c>http://127.0.0.1:PORT/</c>. Azure clients take it as their endpoint.</summary>
    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The address for OpenAI clients, which ends in <c>/v1</c>.</summary>
    public string OpenAiBase => $"{AnthropicBase}/v1";

    /// <summary>The address for Anthropic clients, without <c>/v1</c>.</summary>
    public string AnthropicBase => BaseAddress.GetLeftPart(UriPartial.Authority);

    /// <summary>
    /// Whether requests are kept in <see cref="Requests"/>. Default true. Set it to false for load: then nothing is kept, and a verbatim
    /// <see cref="DefaultReply"/> without faults is sent as fast as the server can, in whatever format.
    /// </summary>
    public bool RecordRequests { get; set; } = true;

    /// <summary>How many requests have come since the start or the last <see cref="ClearRequests"/>, recorded or not.</summary>
    public long RequestCount => Interlocked.Read(ref _requestCount);

    /// <summary>The requests so far, in the order in which they came whole. A snapshot.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return _requests.ToArray();
            }
        }
    }

    private bool HasReplies
    {
        get
        {
            lock (_gate)
            {
                return _replies.Count > 0;
            }
        }
    }

    /// <summary>The answer where nothing else is said. Default: the mock's.</summary>
    public FakeReply DefaultReply { get; set; } = FakeReply.Mock();

    /// <summary>Chooses the answer, once the queue is empty; null leaves it to <see cref="DefaultReply"/>.</summary>
    public Func<RecordedRequest, FakeReply?>? Respond { get; set; }

    /// <summary>Starts a server.</summary>
    /// <param name="timeProvider">Drives every delay; default: the system's clock.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<FakeProvider> StartAsync(
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default
    )
    {
        var provider = new FakeProvider(timeProvider ?? TimeProvider.System);
        try
        {
            await provider._application.StartAsync(cancellationToken);
            var addresses = provider
                ._application.Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>();
            provider.BaseAddress = new Uri(addresses!.Addresses.Single());
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds answers for the next requests, in this order. They come before <see cref="Respond"/> and <see cref="DefaultReply"/>.</summary>
    public void Enqueue(params ReadOnlySpan<FakeReply> replies)
    {
        lock (_gate)
        {
            foreach (var reply in replies)
            {
                ArgumentNullException.ThrowIfNull(reply, nameof(replies));
                _replies.Enqueue(reply);
            }
        }
    }

    /// <summary>Forgets the requests so far.</summary>
    public void ClearRequests()
    {
        lock (_gate)
        {
            _requests.Clear();
            Interlocked.Exchange(ref _requestCount, 0);
        }
    }

    /// <summary>Lets every reply that is stalled now go on.</summary>
    public void Release()
    {
        foreach (var request in Requests)
        {
            if (request.Stalled.IsCompletedSuccessfully)
            {
                request.Release();
            }
        }
    }

    /// <summary>Waits until this many requests have come since the start or the last <see cref="ClearRequests"/>.</summary>
    /// <returns>The requests.</returns>
    /// <exception cref="InvalidOperationException"><see cref="RecordRequests"/> is false.</exception>
    public async Task<IReadOnlyList<RecordedRequest>> WaitForRequestsAsync(
        int count,
        CancellationToken cancellationToken = default
    )
    {
        while (true)
        {
            Task arrived;
            lock (_gate)
            {
                if (!RecordRequests)
                {
                    throw new InvalidOperationException("No request is kept: RecordRequests is false.");
                }

                if (_requests.Count >= count)
                {
                    return _requests.ToArray();
                }

                arrived = _arrived.Task;
            }

            await arrived.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Stops the server. Replies under way are broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
            await _application.DisposeAsync();
        }
    }

    private Task ServeAsync(HttpContext http)
    {
        if (RecordRequests || Respond is not null || DefaultReply is not { IsPlain: true } plain || HasReplies)
        {
            return ServeRecordedAsync(http);
        }

        Interlocked.Increment(ref _requestCount);
        return PlainReply.SendAsync(http, plain);
    }

    private async Task ServeRecordedAsync(HttpContext http)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        RecordedRequest? request = null;
        try
        {
            request = await ReadAsync(http, ending.Token);
            await using var aborted = http.RequestAborted.UnsafeRegister(
                state =>
                {
                    // A server that stops breaks its connections: then it is not the client that has left.
                    if (!_stopping.IsCancellationRequested)
                    {
                        ((RecordedRequest)state!).MarkAborted(_timeProvider.GetUtcNow());
                    }
                },
                request
            );
            var reply = Record(request);
            await new ReplySender(http, request, reply, _timeProvider).SendAsync(ending.Token);
            if (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.CompleteAsync();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && ending.IsCancellationRequested)
        {
            request?.MarkEnded();
            http.Abort();
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            // The test's own mistake, in Respond or in a reply: say so where the test will look.
            http.Response.StatusCode = 500;
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync($"FakeProvider: {e}", CancellationToken.None);
        }
        finally
        {
            request?.MarkEnded();
        }
    }

    private async Task<RecordedRequest> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, cancellationToken);
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return new RecordedRequest(
            http.Request.Method,
            query < 0 ? target : target[..query],
            query < 0 ? "" : target[query..],
            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray(),
            _timeProvider.GetUtcNow()
        );
    }

    private FakeReply Record(RecordedRequest request)
    {
        FakeReply? reply;
        TaskCompletionSource arrived;
        lock (_gate)
        {
            if (RecordRequests)
            {
                _requests.Add(request);
            }

            Interlocked.Increment(ref _requestCount);
            _replies.TryDequeue(out reply);
            (arrived, _arrived) = (_arrived, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        arrived.SetResult();
        return reply ?? Respond?.Invoke(request) ?? DefaultReply;
    }

    /// <summary>Leaves signals such as Ctrl+C to the process that the server runs in.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
