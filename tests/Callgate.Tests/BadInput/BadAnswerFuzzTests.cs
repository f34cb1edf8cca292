using System.Text.Json.Nodes;
using CsCheck;

namespace Callgate.Tests.BadInput;

/// <summary>Valid answers with one value put out of joint: they are read, or refused as what they are; never anything else.</summary>
public class BadAnswerFuzzTests
{
    private const string Claude =
        """{"id":"msg","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"text","text":"Yes","citations":[]},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"cache_creation_input_tokens":1,"cache_read_input_tokens":2,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":0},"output_tokens":2,"service_tier":"standard"}}""";

    private const string OpenAi =
        """{"id":"1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Yes","refusal":null,"annotations":[],"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"prompt_tokens_details":{"cached_tokens":1},"completion_tokens_details":{"reasoning_tokens":1}},"service_tier":"default","system_fingerprint":"f"}""";

    private const string OpenAiChunk =
        """{"id":"1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":"Yes","tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    private static readonly string[] s_values =
    [
        "null",
        "true",
        "42",
        "-1",
        "1e300",
        "\"text\"",
        "\"\"",
        "[]",
        "[null]",
        "[42]",
        "[{}]",
        "{}",
        "{\"a\":null}",
    ];

    [Theory]
    [InlineData("openai/gpt-4o", OpenAi, false)]
    [InlineData("anthropic/claude-sonnet-4-5", Claude, false)]
    [InlineData("openai/gpt-4o", OpenAiChunk, true)]
    public async Task OneWrongValue_IsReadOrRefused(string model, string good, bool isStream)
    {
        var body = "";
        await using var trial = new Trial(_ =>
            isStream
                ? StubHandler.Text($"data: {body}\n\ndata: [DONE]\n\n", "text/event-stream")
                : StubHandler.Json(body)
        );
        foreach (var path in Paths(JsonNode.Parse(good)!, []))
        {
            foreach (var value in s_values)
            {
                body = Changed(good, path, value);
                try
                {
                    if (isStream)
                    {
                        await trial.StreamAsync(model);
                    }
                    else
                    {
                        var answer = await trial.Client.CompleteAsync(model, Trial.Messages, null, Trial.Token);
                        _ = answer.Text + answer;
                    }
                }
                catch (LlmException e) when (e is LlmServerException or LlmConnectionException || isStream)
                {
                    Trial.AssertSafe(e.ToString());
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Assert.Fail($"{e.GetType().Name} for {body}\n{e}");
                }

                try
                {
                    await trial.EndAsync();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Assert.Fail($"The event of {body}\n{e}");
                }
            }
        }
    }

    [Fact]
    public void AnyBytes_AreReadOrRefused() =>
        Gen
            .Byte.Array[0, 200]
            .Sample(
                bytes =>
                {
                    using var handler = new StubHandler(_ => StubHandler.Bytes(bytes, "text/event-stream"));
                    using var client = new LlmClient(
                        new LlmClientOptions
                        {
                            HttpMessageHandler = handler,
                            NumRetries = 0,
                            ApiKeys = { ["openai"] = "k" },
                        }
                    );
                    Assert.ThrowsAny<LlmException>(() =>
                        client.Complete("openai/gpt-4o", Trial.Messages, null, Trial.Token)
                    );
                    Assert.ThrowsAny<LlmException>(() =>
                        client.CompleteStreaming("openai/gpt-4o", Trial.Messages, null, Trial.Token).Count()
                    );
                },
                iter: 300
            );

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path)
    {
        if (path.Length > 0)
        {
            yield return path;
        }

        var children = node switch
        {
            JsonObject o => o.Select(p => ((object)p.Key, p.Value)),
            JsonArray a => a.Select((v, i) => ((object)i, v)),
            _ => [],
        };
        foreach (var (key, child) in children)
        {
            foreach (var below in Paths(child, [.. path, key]))
            {
                yield return below;
            }
        }
    }

    private static string Changed(string good, object[] path, string value)
    {
        var root = JsonNode.Parse(good)!;
        var parent = path[..^1].Aggregate(root, (n, key) => key is int i ? n[i]! : n[(string)key]!);
        // The text holds what a node would not, such as a number beyond all numbers.
        var mark = JsonValue.Create("MARK");
        if (path[^1] is int index)
        {
            parent[index] = mark;
        }
        else
        {
            parent[(string)path[^1]] = mark;
        }

        return root.ToJsonString().Replace("\"MARK\"", value, StringComparison.Ordinal);
    }
}
