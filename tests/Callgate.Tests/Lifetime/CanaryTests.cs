using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Callgate.Wire;

namespace Callgate.Tests.Lifetime;

/// <summary>64 threads, each call with a word of its own in everything that goes in and comes out: no event holds another call's.</summary>
public partial class CanaryTests
{
    private const int Threads = 64;
    private const int CallsPerThread = 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachEvent_HoldsItsOwnCallsWordOnly()
    {
        var problems = new ConcurrentQueue<string>();
        var seen = new ConcurrentDictionary<string, int>();
        var checker = new Checker(problems, seen);
        using var echo = new StubHandler(EchoAsync);
        await using var client = new LlmClient(
            new LlmClientOptions
            {
                Callbacks = [checker],
                HttpMessageHandler = echo,
                NumRetries = 0,
                MaxPendingEvents = int.MaxValue,
                ApiBases = { ["openai"] = "http://echo.test/v1" },
            }
        );
        client.SuccessCallbacks.Add((call, _, _, _) => checker.Check(call, "function"));

        var threads = Enumerable.Range(0, Threads).Select(t => new Thread(() => Call(client, t, problems))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        var counts = await client.FlushAsync(TimeSpan.FromMinutes(2), Token);

        Assert.Empty(problems.Take(5));
        Assert.Equal(0, counts.Pending);
        Assert.Equal(0, counts.Failed);
        // Chunks may be dropped behind a slow observer; terminal events may not.
        Assert.Equal(Threads * CallsPerThread, seen.Count);
        Assert.All(seen.Values, ends => Assert.Equal(1, ends));
    }

    private static void Call(LlmClient client, int thread, ConcurrentQueue<string> problems)
    {
        for (var i = 0; i < CallsPerThread; i++)
        {
            var word = $"canary{(thread * CallsPerThread) + i:D5}end";
            var options = new CallOptions
            {
                Metadata = new Dictionary<string, object?> { ["word"] = word },
                Tags = [word],
                SessionId = word,
                TraceId = word,
                ApiKey = $"key-{word}",
                Headers = new Dictionary<string, string> { ["traceparent"] = word },
            };
            try
            {
                var answer = Make(client, i % 5, word, options);
                if (!answer.Contains(word, StringComparison.Ordinal) || Others(answer, word).Any())
                {
                    problems.Enqueue($"{word} got {answer}");
                }
            }
            catch (LlmBadRequestException e)
                when (i % 5 == 4 && e.ProviderMessage!.Contains(word, StringComparison.Ordinal)) { }
            catch (Exception e)
            {
                problems.Enqueue($"{word}: {e}");
            }
        }
    }

    private static string Make(LlmClient client, int shape, string word, CallOptions options)
    {
        var model = $"openai/gpt-{word}";
        var request = new ChatRequest
        {
            Model = model,
            Messages = [Message.System(word), Message.User($"Say {word}")],
            User = word,
            Tools = shape == 2 ? [Tool(word)] : null,
        };
        switch (shape)
        {
            case 1:
                var text = new StringBuilder();
                foreach (var chunk in client.CompleteStreaming(request, options, Token))
                {
                    text.Append(chunk.Text);
                }

                return text.ToString();
            case 3:
                var vector = client.Embed(model, [$"Embed {word}"], options, Token);
                return vector.Model!;
            case 4:
                return client.Complete(request with { User = "fail" }, options, Token).Text;
            default:
                var completion = client.Complete(request, options, Token);
                return shape == 2 ? completion.Choices[0].Message!.ToolCalls![0].Function!.Arguments! : completion.Text;
        }
    }

    private static ToolDefinition Tool(string word) =>
        JsonSerializer.Deserialize<ToolDefinition>(
            $$$"""{"type":"function","function":{"name":"tool","description":"{{{word}}}","parameters":{"type":"object"} }}""",
            WireJson.Default.Options
        )!;

    // Answers with the one word of the request, in the form that it asks for.
    private static async Task<HttpResponseMessage> EchoAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        var word = Word().Match(body).Value;
        if (body.Contains("\"fail\"", StringComparison.Ordinal))
        {
            return StubHandler.Json($$$"""{"error":{"message":"No {{{word}}}","code":"{{{word}}}"}}""", 400);
        }

        var reply =
            request.RequestUri!.AbsolutePath.EndsWith("embeddings", StringComparison.Ordinal)
                ? StubHandler.Json(
                    $$$"""{"object":"list","model":"{{{word}}}","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"usage":{"prompt_tokens":1,"total_tokens":1}}"""
                )
            : body.Contains("\"stream\":true", StringComparison.Ordinal)
                ? StubHandler.Text(Stream(word), "text/event-stream")
            : StubHandler.Json(Completion(word, body.Contains("\"tools\"", StringComparison.Ordinal)));
        reply.Headers.Add("x-request-id", word);
        return reply;
    }

    private static string Completion(string word, bool hasTool) =>
        hasTool
            ? $$$"""{"id":"{{{word}}}","model":"gpt","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"{{{word}}}","type":"function","function":{"name":"tool","arguments":"{\"a\":\"{{{word}}}\"}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"""
            : $$$"""{"id":"{{{word}}}","model":"gpt","choices":[{"index":0,"message":{"role":"assistant","content":"I say {{{word}}}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    private static string Stream(string word) =>
        string.Concat(
            word.Chunk(3)
                .Select(part =>
                    $$$"""data: {"id":"{{{word}}}","choices":[{"index":0,"delta":{"content":"{{{new string(part)}}}"}}]}"""
                    + "\n\n"
                )
        )
        + $$$"""data: {"id":"{{{word}}}","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"""
        + "\n\ndata: [DONE]\n\n";

    private static IEnumerable<string> Others(string text, string word) =>
        Word().Matches(text).Select(m => m.Value).Where(w => w != word);

    [GeneratedRegex("canary[0-9]{5}end")]
    private static partial Regex Word();

    private sealed class Checker(ConcurrentQueue<string> problems, ConcurrentDictionary<string, int> seen)
        : CustomLogger
    {
        public void Check(CallDetails call, string hook)
        {
            if (call.Metadata["word"] is not string word)
            {
                problems.Enqueue($"{hook}: no metadata");
                return;
            }

            Look(call.ModelGroup, true);
            Look(string.Join(' ', call.Messages.Select(m => m.Text).Concat(call.Input)), true);
            Look(call.Request.ToString()!, false);
            Look(call.AdditionalArgs.CompleteInput, true);
            Look(string.Join(' ', call.AdditionalArgs.Headers), false);
            Look(string.Join(' ', call.OptionalParams), false);
            Look(call.OriginalResponse ?? "", false);
            Look(string.Join(' ', call.ResponseHeaders), false);
            Look(call.LitellmTraceId, true);
            Look(string.Join(' ', call.Attempts), false);
            Look(call.Exception?.ToString() ?? "", false);
            Look(call.Response?.ToString() ?? "", false);
            var payload = call.StandardLoggingPayload.ToJson();
            Look(payload, true);
            if (payload.Contains($"key-{word}", StringComparison.Ordinal))
            {
                problems.Enqueue($"{hook}: the key of {word} in the payload");
            }

            void Look(string text, bool holdsIt)
            {
                if (Others(text, word).FirstOrDefault() is { } other)
                {
                    problems.Enqueue($"{hook} of {word}: {other} in {text}");
                }

                if (holdsIt && !text.Contains(word, StringComparison.Ordinal))
                {
                    problems.Enqueue($"{hook} of {word}: not in {text}");
                }
            }
        }

        public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) =>
            Check(call, nameof(LogPreApiCall));

        public override void LogPostApiCall(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => Check(call, nameof(LogPostApiCall));

        public override void LogStreamEvent(
            CallDetails call,
            LlmChunk chunk,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        )
        {
            var word = (string)call.Metadata["word"]!;
            if (((ChatChunk)chunk).Body.Id != word)
            {
                problems.Enqueue($"chunk of {((ChatChunk)chunk).Body.Id} in {word}");
            }
        }

        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => End(call, nameof(LogSuccessEvent));

        public override void LogFailureEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => End(call, nameof(LogFailureEvent));

        private void End(CallDetails call, string hook)
        {
            Check(call, hook);
            seen.AddOrUpdate((string)call.Metadata["word"]!, 1, (_, n) => n + 1);
        }
    }
}
