using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Callgate.Testing;
using Callgate.Wire;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.Tests.Hostile;

/// <summary>Secrets of every origin, in requests of every end: none is in a log, an answer, an event or what a hook sees.</summary>
public class SecretsTests
{
    private const string Master = "sk-master-canary-0123456789";
    private const string OpenAi = "sk-openai-canary-0123456789";
    private const string Anthropic = "sk-anthropic-canary-0123456789";
    private const string ClientBody = "sk-body-canary-0123456789";
    private const string ClientHeader = "sk-header-canary-0123456789";

    private static readonly string Config = GatewayHost
        .Models()
        .Replace("sk-provider-openai", OpenAi, StringComparison.Ordinal)
        .Replace("sk-provider-anthropic", Anthropic, StringComparison.Ordinal);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoSecret_AppearsAnywhere()
    {
        var seen = new Seen();
        await using var gateway = await GatewayHost.StartAsync(
            build => build.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(seen),
            Config,
            options =>
            {
                options.MasterKey = Master;
                options.MaxRequestBodyBytes = 4096;
            },
            new Spy(seen)
        );
        using var admin = gateway.NewClient(Master);
        using var made = await gateway.PostAsync("/key/generate", "{}", admin);
        var key = JsonDocument
            .Parse(await made.Content.ReadAsStringAsync(Token))
            .RootElement.GetProperty("key")
            .GetString()!;
        // The models of these tests are all of one provider; the most careless of servers quotes its key.
        FakeReply[] replies =
        [
            FakeReply.Mock(),
            FakeReply.Json($$$"""{"error":{"message":"Incorrect key: {{{OpenAi}}}","type":"x"}}""", 401),
            FakeReply.Json($"\"{OpenAi}", 500),
            FakeReply.Disconnect(),
        ];
        foreach (var presented in (string?[])[key, Master, ClientHeader, null])
        {
            foreach (var ask in Ask.All.Where(a => a.Pattern.StartsWith("/v1/", StringComparison.Ordinal)))
            {
                foreach (var reply in replies)
                {
                    gateway.Provider.DefaultReply = reply;
                    foreach (var body in Bodies(ask.Body(ask.Model)))
                    {
                        await SendAsync(gateway, seen, HttpMethod.Post, ask.Path(ask.Model), body, presented);
                    }
                }
            }
        }

        foreach (
            var path in (string[])
                ["/key/list?return_full_object=true", "/model/info", "/health", "/metrics", "/v1/models"]
        )
        {
            await SendAsync(gateway, seen, HttpMethod.Get, path, null, Master);
        }

        foreach (var path in (string[])["/key/update", "/key/block", "/key/unblock", "/key/delete"])
        {
            await SendAsync(gateway, seen, HttpMethod.Post, path, $$"""{"key":"{{key}}","models":"x"}""", Master);
            await SendAsync(gateway, seen, HttpMethod.Post, path, $$"""{"key":"{{key}}" x""", Master);
        }

        gateway.Server.Refusals.Tell();
        await gateway.EndsAsync();
        foreach (var request in gateway.Provider.Requests)
        {
            Assert.DoesNotContain(key, Everything(request), StringComparison.Ordinal);
            Assert.DoesNotContain(Master, Everything(request), StringComparison.Ordinal);
            Assert.DoesNotContain(ClientHeader, Everything(request), StringComparison.Ordinal);
            Assert.DoesNotContain(ClientBody, Everything(request), StringComparison.Ordinal);
        }

        Assert.Contains(gateway.Provider.Requests, r => Everything(r).Contains(OpenAi, StringComparison.Ordinal));
        Assert.Contains("successful_api_call", seen.Text, StringComparison.Ordinal);
        var all = seen.Text;
        foreach (var secret in (string[])[Master, OpenAi, Anthropic, ClientBody, ClientHeader, key])
        {
            var at = all.IndexOf(secret, StringComparison.Ordinal);
            Assert.True(at < 0, at < 0 ? "" : all[Math.Max(0, at - 300)..(at + 50)]);
        }
    }

    private static string Everything(RecordedRequest request) =>
        string.Join('\n', request.Headers) + request.Path + request.Query + request.BodyText;

    private static IEnumerable<string> Bodies(string good) =>
        [
            good,
            $"{good[..^1]},\"api_key\":\"{ClientBody}\"}}",
            $"{good[..^1]},\"api_key\":\"{ClientBody}\"",
            $"{good[..^1]},\"litellm_params\":{{\"api_key\":\"{ClientBody}\"}},\"user_config\":{{\"k\":\"{ClientBody}\"}}}}",
            $"{good[..^1]},\"messages\":\"{ClientBody}\",\"prompt\":7,\"input\":null,\"num_retries\":\"{ClientBody}\"}}",
        ];

    private static async Task SendAsync(
        GatewayHost gateway,
        Seen seen,
        HttpMethod method,
        string path,
        string? body,
        string? key
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        request.Headers.Authorization = key is null ? null : new("Bearer", key);
        foreach (var header in (string[])["x-api-key", "Cookie", "x-goog-api-key", "Proxy-Authorization", "x-my-token"])
        {
            request.Headers.TryAddWithoutValidation(header, ClientHeader);
        }

        request.Headers.Add("x-callgate-debug", "1");
        using var client = gateway.NewClient(null);
        using var reply = await client.SendAsync(request, Token);
        seen.Add($"{reply}\n{await reply.Content.ReadAsStringAsync(Token)}");
    }

    /// <summary>What was logged, answered and told.</summary>
    private sealed class Seen : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string Text => string.Join('\n', _lines);

        public void Add(string text) => _lines.Enqueue(text);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Add($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Add($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose() { }
    }

    private sealed class Spy(Seen seen) : CustomLogger
    {
        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        )
        {
            seen.Add($"{context} {context.Data} {context.UserApiKey}");
            return Continue;
        }

        public override ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
            ResponseHeadersContext context,
            CancellationToken cancellationToken
        )
        {
            seen.Add(string.Join('\n', context.RequestHeaders));
            return default;
        }

        public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) =>
            Take(call);

        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => Take(call);

        public override void LogFailureEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => Take(call);

        private void Take(CallDetails call)
        {
            seen.Add($"{call.LogEventType} {call} {call.Exception} {call.OriginalResponse} {call.LitellmParams}");
            seen.Add(call.StandardLoggingPayload.ToJson());
            seen.Add(call.AdditionalArgs.CompleteInput ?? "");
            seen.Add(string.Join('\n', call.AdditionalArgs.Headers));
            seen.Add(string.Join('\n', call.LitellmParams.Metadata));
            seen.Add(string.Join('\n', call.ResponseHeaders));
        }
    }
}
