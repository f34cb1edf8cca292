using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Formats.Responses;
using Callgate.Providers;
using Callgate.Providers.Anthropic;
using Callgate.Providers.OpenAi;
using Callgate.Wire;

namespace Callgate.Tests.Formats;

/// <summary>Of two fields of one name, a hook would judge the one, and the provider take the other. So there are never two.</summary>
public class DuplicateFieldTests
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private static readonly (ClientFormat Format, string Body)[] s_requests =
    [
        (
            new ChatFormat(),
            """{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},{"type":"file","file":{"file_data":"data:application/pdf;base64,AA==","filename":"f"}}]},{"role":"assistant","content":"a","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"t","content":"4"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}],"stop":["x"]}"""
        ),
        (new CompletionsFormat(), """{"model":"m","prompt":"Hi","stop":["x"],"max_tokens":5}"""),
        (
            new MessagesFormat(),
            """{"model":"m","max_tokens":5000,"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}},{"type":"document","source":{"type":"url","url":"https://a.test/a.pdf"},"title":"t"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"4"}]}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object"}}],"stop_sequences":["x"],"thinking":{"type":"enabled","budget_tokens":1024}}"""
        ),
        (
            new ResponsesFormat(),
            """{"model":"m","instructions":"i","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"},{"type":"input_image","image_url":"data:image/png;base64,AA=="}]},{"type":"function_call","call_id":"t","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"t","output":"4"}],"tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}}],"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}}},"max_output_tokens":50}"""
        ),
    ];

    private static readonly string[] s_names =
        "model messages system input instructions prompt max_tokens max_completion_tokens temperature top_p n stop stop_sequences stream stream_options tools tool_choice parallel_tool_calls response_format reasoning_effort thinking service_tier user metadata output_config output_format seed presence_penalty frequency_penalty logprobs type text source title cache_control name description input_schema parameters strict function role content id tool_call_id tool_calls refusal reasoning_content thinking_blocks is_error tool_use_id image_url file detail url citations".Split(
            ' '
        );

    private static readonly (LlmProvider Provider, string Model)[] s_providers =
    [
        (new OpenAiProvider(), "gpt-4o"),
        (new OpenAiProvider(), "gpt-5"),
        (new AnthropicProvider(), "claude-sonnet-4-5"),
        (new AnthropicProvider(), "claude-opus-4-8"),
    ];

    public static TheoryData<string> Formats => [.. s_requests.Select(r => r.Format.Name)];

    /// <summary>Each name of either wire, as a further field of each object of a request.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void No_body_for_a_provider_names_a_field_twice(string name)
    {
        var (format, body) = s_requests.Single(r => r.Format.Name == name);
        var sent = 0;
        for (var place = 0; With(body, place, "x", "0") is not null; place++)
        {
            foreach (var field in s_names)
            {
                foreach (var value in (string[])["\"x\"", "{}"])
                {
                    sent += Send(format, With(body, place, field, value)!);
                }
            }
        }

        Assert.True(sent > 200, $"{sent}");
    }

    [Fact]
    public void Fields_with_a_property_are_no_extra_fields()
    {
        var request = new ChatRequest
        {
            Model = "m",
            Messages = [Message.User("Hi")],
            AdditionalProperties = ExtraFields.Parse("""{"messages":[],"max_tokens":7,"top_k":1}"""),
        };

        Assert.Equal(["top_k"], request.AdditionalProperties!.Keys);
        Assert.Null((request with { AdditionalProperties = ExtraFields.Parse("""{"n":7}""") }).AdditionalProperties);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a","content":"b"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a","\u0063ontent":"b"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a","text":"b"}]}]}""")]
    [InlineData("""{"model":"m","x":[{"a":{"b":1},"c":[{},{"d":1}],"a":2}]}""")]
    [InlineData("""{"model":"m","x":{"a_rather_long_name":1,"a":1,"a_rather_long_name":1}}""")]
    public void A_body_that_names_a_field_twice_anywhere_is_refused(string body) =>
        Assert.Contains(
            "names a field twice",
            Assert.Throws<JsonException>(() => Scan(body)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void The_same_name_in_many_objects_and_many_names_in_one_are_no_harm()
    {
        Scan("""{"model":"m","x":[{"a":{"a":{"a":[{"a":1},{"a":2}]}}},{"a":3}],"a":{"x":1,"model":2}}""");
        // Names that differ in their middle, and more than are compared one by one.
        Scan($$"""{"x":{"abcdefgh-1-abcdefgh":1,"abcdefgh-2-abcdefgh":1},"y":{{Many(1000, "")}}}""");
        Assert.Throws<JsonException>(() => Scan($$"""{"y":{{Many(1000, ",\"n7\":0")}}}"""));
        // As deep as a body may be.
        Scan($"{{\"x\":{string.Concat(Enumerable.Repeat("{\"a\":", 62))}1{new string('}', 63)}");

        static string Many(int count, string tail) =>
            $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"n{i}\":0"))}{tail}}}";
    }

    private static void Scan(string body) => RequestScan.Fields(Encoding.UTF8.GetBytes(body));

    /// <summary>How many bodies came of it.</summary>
    private static int Send(ClientFormat format, string body)
    {
        LlmRequest request;
        try
        {
            request = format.ReadRequest(Encoding.UTF8.GetBytes(body));
        }
        catch (Exception e) when (e is JsonException or LlmException)
        {
            return 0;
        }

        var sent = 0;
        foreach (var (provider, model) in s_providers)
        {
            ReadOnlyMemory<byte> json;
            try
            {
                json = provider
                    .CreateRequest(request, new(model, provider.DefaultApiBase!, "k", false, null, true))
                    .Body;
            }
            catch (LlmException)
            {
                continue;
            }

            sent++;
            try
            {
                JsonElement.Parse(json.Span, s_strict);
            }
            catch (JsonException e)
            {
                Assert.Fail($"{provider.Name}: {e.Message}\n{body}\n{Encoding.UTF8.GetString(json.Span)}");
            }
        }

        return sent;
    }

    /// <summary>The body with a field set in one of its objects; null where there are not so many.</summary>
    private static string? With(string body, int place, string name, string value)
    {
        var root = JsonNode.Parse(body)!;
        var objects = new List<JsonObject>();
        Gather(root);
        if (place >= objects.Count)
        {
            return null;
        }

        if (!objects[place].ContainsKey(name))
        {
            objects[place][name] = JsonNode.Parse(value);
        }

        return root.ToJsonString();

        void Gather(JsonNode? node)
        {
            if (node is JsonObject map)
            {
                objects.Add(map);
            }

            foreach (
                var child in node switch
                {
                    JsonObject o => o.Select(p => p.Value),
                    JsonArray a => a,
                    _ => [],
                }
            )
            {
                Gather(child);
            }
        }
    }
}
