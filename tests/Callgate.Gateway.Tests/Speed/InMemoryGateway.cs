using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Callgate.Formats;
using Callgate.Gateway.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Callgate.Gateway.Tests.Speed;

/// <summary>
/// A gateway whose chat endpoint is called without a network, on the test's own thread. Answers and events come when they are
/// awaited, as over a network, and what awaits them goes on within the call that gives them.
/// </summary>
internal sealed class InMemoryGateway : IAsyncDisposable
{
    private const string Request =
        """{"model":"gpt","messages":[{"role":"system","content":"You are a helpful assistant. Answer briefly."},{"role":"user","content":"Hello! What can you do for me today?"}],"temperature":0.7,"max_tokens":512""";

    private static readonly byte[] s_unary = Encoding.UTF8.GetBytes(Request + "}");
    private static readonly byte[] s_stream = Encoding.UTF8.GetBytes(
        Request + ""","stream":true,"stream_options":{"include_usage":true}}"""
    );

    private static readonly byte[] s_completion =
        """
        {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion","created":1741569952,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! How can I assist you today?","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_fc9f1d7035"}
        """u8.ToArray();

    private static readonly byte[] s_event =
        """
        data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_fc9f1d7035","choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}],"usage":null}


        """u8.ToArray();

    private static readonly byte[] s_end =
        """
        data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

        data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":100,"total_tokens":119}}

        data: [DONE]


        """u8.ToArray();

    private readonly GatewayHost _host;
    private readonly PushedHandler _provider;
    private readonly InferenceEndpoint _endpoint;
    private readonly string _key;

    private InMemoryGateway(GatewayHost host, PushedHandler provider, string key)
    {
        _host = host;
        _provider = provider;
        _endpoint = new InferenceEndpoint(host.Server, new ChatFormat());
        _key = $"Bearer {key}";
    }

    public static async Task<InMemoryGateway> StartAsync()
    {
        var provider = new PushedHandler();
        var host = await GatewayHost.StartAsync(
            configure: options => options.ConfigureClient = client => client.HttpMessageHandler = provider,
            callbacks: [new EventCounter(), new EventCounter()]
        );
        return new InMemoryGateway(host, provider, await host.NewKeyAsync());
    }

    public void Complete()
    {
        var output = new CountedOutput();
        var running = _endpoint.InvokeAsync(NewContext(s_unary, output));
        _provider.Reply(new ByteArrayContent(s_completion), "application/json");
        Check(running, output, s_completion.Length - "gpt-4o-mini-2024-07-18".Length + "gpt".Length);
    }

    public void Stream(int events)
    {
        var output = new CountedOutput();
        var running = _endpoint.InvokeAsync(NewContext(s_stream, output));
        var body = new PushedStream();
        _provider.Reply(new StreamContent(body), "text/event-stream");
        for (var i = 0; i < events; i++)
        {
            body.Push(s_event);
        }

        body.Push(s_end);
        Check(
            running,
            output,
            (events * s_event.Length + s_end.Length) - (events + 2) * ("gpt-4o-mini-2024-07-18".Length - "gpt".Length)
        );
    }

    private static void Check(Task running, CountedOutput output, long length)
    {
        Assert.True(running.IsCompletedSuccessfully, "The call did not end on the test's own thread.");
        Assert.Equal(length, output.Count);
    }

    /// <summary>Until all callbacks have seen all calls.</summary>
    public async Task FlushAsync() =>
        Assert.Equal(
            0,
            (await _host.Client.FlushAsync(cancellationToken: TestContext.Current.CancellationToken)).Pending
        );

    private DefaultHttpContext NewContext(byte[] body, CountedOutput output)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(output);
        context.Features.Set<IRequestBodyPipeFeature>(new PreparedBody(body));
        context.Request.Method = "POST";
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = body.Length;
        context.Request.Headers.Authorization = _key;
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _provider.Dispose();
    }

    /// <summary>An observer such as users write.</summary>
    private sealed class EventCounter : CustomLogger
    {
        private long _tokens;
        private decimal _cost;

        public override ValueTask LogSuccessEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        )
        {
            _tokens += call.Usage.TotalTokens;
            _cost += call.ResponseCost ?? 0;
            return default;
        }
    }

    /// <summary>A provider that answers when it is told to.</summary>
    private sealed class PushedHandler : HttpMessageHandler
    {
        private TaskCompletionSource<HttpResponseMessage>? _waiting;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => (_waiting = new TaskCompletionSource<HttpResponseMessage>()).Task;

        public void Reply(HttpContent content, string type)
        {
            content.Headers.ContentType = new MediaTypeHeaderValue(type);
            _waiting!.SetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
        }
    }

    private sealed class PreparedBody(byte[] bytes) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = PipeReader.Create(new ReadOnlySequence<byte>(bytes));
    }

    /// <summary>Where the answer goes: its bytes are counted.</summary>
    private sealed class CountedOutput : PipeWriter, IHttpResponseBodyFeature
    {
        private static readonly byte[] s_room = new byte[64 * 1024];

        public long Count { get; private set; }

        System.IO.Stream IHttpResponseBodyFeature.Stream => throw new NotSupportedException();

        public PipeWriter Writer => this;

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => 0;

        public override void Advance(int bytes) => Count += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => s_room;

        public override Span<byte> GetSpan(int sizeHint = 0) => s_room;

        public override ValueTask<System.IO.Pipelines.FlushResult> FlushAsync(
            CancellationToken cancellationToken = default
        ) => default;

        public override ValueTask<System.IO.Pipelines.FlushResult> WriteAsync(
            ReadOnlyMemory<byte> source,
            CancellationToken cancellationToken = default
        )
        {
            Count += source.Length;
            return default;
        }

        public override void Complete(Exception? exception = null) { }

        public override void CancelPendingFlush() { }

        public void DisableBuffering() { }

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task SendFileAsync(
            string path,
            long offset,
            long? count,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
