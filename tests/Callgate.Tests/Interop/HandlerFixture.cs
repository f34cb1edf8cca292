using System.Text;
using Callgate.Testing;

namespace Callgate.Tests.Interop;

/// <summary>A provider, and an HTTP client in whose way a <see cref="CallgateHandler"/> stands.</summary>
internal sealed class HandlerFixture : IAsyncDisposable
{
    public const string Ask = """{"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}]}""";

    public const string AskStream =
        """{"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}],"stream":true,"stream_options":{"include_usage":true}}""";

    private HandlerFixture(FakeProvider provider, TimeProvider time, Action<LlmClientOptions>? configure)
    {
        Provider = provider;
        var options = new LlmClientOptions
        {
            TimeProvider = time,
            NumRetries = 0,
            FlushTimeout = Patience.Limit,
            ApiKeys =
            {
                ["openai"] = "k",
                ["anthropic"] = "k",
                ["azure"] = "k",
            },
            ApiBases =
            {
                ["openai"] = provider.OpenAiBase,
                ["anthropic"] = provider.AnthropicBase,
                ["azure"] = provider.AnthropicBase,
            },
        };
        options.Callbacks.Add(Log);
        configure?.Invoke(options);
        Client = new LlmClient(options);
        Http = new HttpClient(new CallgateHandler(Client) { CallerTimeout = TimeSpan.FromSeconds(5) });
    }

    public FakeProvider Provider { get; }
    public RecordingLogger Log { get; } = new();
    public LlmClient Client { get; }
    public HttpClient Http { get; }

    public static async Task<HandlerFixture> StartAsync(
        TimeProvider? time = null,
        Action<LlmClientOptions>? configure = null,
        TimeProvider? providerTime = null
    ) =>
        new(
            await FakeProvider.StartAsync(providerTime, TestContext.Current.CancellationToken),
            time ?? TimeProvider.System,
            configure
        );

    public HttpRequestMessage Post(string body, string path = "/v1/chat/completions") =>
        new(HttpMethod.Post, Provider.AnthropicBase + path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };

    /// <summary>The one terminal event, once everything has been seen.</summary>
    public async Task<RecordedHook> EventAsync() => Assert.Single(await EventsAsync(1));

    public async Task<IReadOnlyList<RecordedHook>> EventsAsync(int count)
    {
        await Log.WaitForAsync(
            l => l.Successes.Count + l.Failures.Count >= count,
            TestContext.Current.CancellationToken
        );
        await Client.FlushPatientlyAsync();
        Assert.Equal(0, Client.Runtime.OpenCalls.Count);
        return [.. Log.Successes, .. Log.Failures];
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Client.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
