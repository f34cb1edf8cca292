using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Tests.Events;

public class PayloadTests
{
    [Fact]
    public void Success_HasLiteLlmsFields()
    {
        var json = Json(Calls.Success);

        Assert.Equal("chatcmpl-1", json.GetProperty("id").GetString());
        Assert.Equal("success", json.GetProperty("status").GetString());
        Assert.Equal("success", json.GetProperty("status_fields").GetProperty("llm_api_status").GetString());
        Assert.Equal("not_run", json.GetProperty("status_fields").GetProperty("guardrail_status").GetString());
        Assert.Equal(1777896000.0, json.GetProperty("startTime").GetDouble());
        Assert.Equal(1777896001.0, json.GetProperty("endTime").GetDouble());
        Assert.Equal(1777896000.25, json.GetProperty("completionStartTime").GetDouble());
        Assert.Equal(1.0, json.GetProperty("response_time").GetDouble());
        Assert.Equal(1200, json.GetProperty("total_tokens").GetInt32());
        Assert.Equal("https://api.openai.com/v1", json.GetProperty("api_base").GetString());
        Assert.Equal("Why is the sky blue?", json.GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.Equal(
            "Rayleigh scattering.",
            json.GetProperty("response")
                .GetProperty("choices")[0]
                .GetProperty("message")
                .GetProperty("content")
                .GetString()
        );
        Assert.Equal("""{"max_tokens":100,"temperature":0.5}""", json.GetProperty("model_parameters").GetRawText());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("error_str").ValueKind);
        Assert.Equal(200, json.GetProperty("hidden_params").GetProperty("litellm_overhead_time_ms").GetDouble());
    }

    [Fact]
    public void Cost_IsANumberWhosePartsSum()
    {
        var json = Json(Calls.Success);
        var breakdown = json.GetProperty("cost_breakdown");

        // 600 uncached at 2, 400 cached at 0.5, 200 out at 8 USD per million.
        Assert.Equal(0.0030m, json.GetProperty("response_cost").GetDecimal());
        Assert.Equal("computed", json.GetProperty("response_cost_status").GetString());
        Assert.Equal(0.0014m, breakdown.GetProperty("input_cost").GetDecimal());
        Assert.Equal(0.0016m, breakdown.GetProperty("output_cost").GetDecimal());
        Assert.Equal(0.0002m, breakdown.GetProperty("cache_read_cost").GetDecimal());
        Assert.Equal(0.0030m, breakdown.GetProperty("total_cost").GetDecimal());
        var value = json.GetProperty("model_map_information").GetProperty("model_map_value");
        Assert.Equal(0.000002m, value.GetProperty("input_cost_per_token").GetDecimal());
        Assert.Equal(128_000, value.GetProperty("max_input_tokens").GetInt32());
        Assert.True(value.GetProperty("supports_vision").GetBoolean());
        Assert.Equal(JsonValueKind.Null, value.GetProperty("supports_reasoning").ValueKind);
    }

    [Fact]
    public void UnitPricesAndUsage_GiveTheCostAgain()
    {
        var attempt = Json(Calls.Success).GetProperty("callgate").GetProperty("attempts")[0];

        var prices = attempt.GetProperty("cost").GetProperty("unit_prices").Deserialize(Accounting.Prices);
        var usage = attempt.GetProperty("usage").Deserialize(Accounting.Usage);

        Assert.Equal(Calls.Computed.AppliedPrices, prices);
        Assert.Equal(Calls.Tokens, usage);
        Assert.Equal(Calls.Computed.Total, CostCalculator.Compute(prices!, usage).Total);
    }

    [Fact]
    public void PriceOfZero_IsNotAPriceThatIsMissing()
    {
        var free = new AppliedPrices { Input = 0, Output = 1 };

        var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(free, Accounting.Prices), Accounting.Prices);

        Assert.Equal(free, read);
    }

    [Fact]
    public void Unpriced_IsZeroWithItsReason()
    {
        var json = Json(Calls.Unpriced);

        Assert.Equal(0, json.GetProperty("response_cost").GetDecimal());
        Assert.Equal("unpriced", json.GetProperty("response_cost_status").GetString());
        Assert.Equal("no price is known", json.GetProperty("response_cost_reason").GetString());
        Assert.Equal(
            "no price is known",
            json.GetProperty("response_cost_failure_debug_info").GetProperty("error_str").GetString()
        );
        Assert.Equal("gpt-4o", json.GetProperty("zero_cost_diagnostic").GetProperty("pricing_model").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("hidden_params").GetProperty("response_cost").ValueKind);
    }

    [Fact]
    public void Failure_NamesWhatWentWrong()
    {
        var json = Json(Calls.Failure);
        var error = json.GetProperty("error_information");

        Assert.Equal("failure", json.GetProperty("status").GetString());
        Assert.Equal("call-1", json.GetProperty("id").GetString());
        Assert.Equal("openai refused the call: too many requests", json.GetProperty("error_str").GetString());
        Assert.Equal("429", error.GetProperty("error_code").GetString());
        Assert.Equal("RateLimitError", error.GetProperty("error_class").GetString());
        Assert.Equal("req-1", error.GetProperty("error_provider_request_id").GetString());
        Assert.Equal("upstream_failed", json.GetProperty("callgate").GetProperty("outcome").GetString());
        Assert.Equal("rate_limit", json.GetProperty("callgate").GetProperty("error").GetProperty("kind").GetString());
        Assert.Equal(
            "RateLimitError",
            json.GetProperty("callgate").GetProperty("attempts")[0].GetProperty("error_class").GetString()
        );
    }

    [Fact]
    public void Stream_HasTimeToFirstToken() =>
        Assert.Equal(0.25, Json(Calls.Stream).GetProperty("response_time").GetDouble());

    [Fact]
    public void CacheHit_HasAnIdOfItsOwnAndWhatItSaved()
    {
        var json = Json(Calls.Cached);

        Assert.Equal("chatcmpl-1_cache_hit_call-1", json.GetProperty("id").GetString());
        Assert.True(json.GetProperty("cache_hit").GetBoolean());
        Assert.Equal(0, json.GetProperty("response_cost").GetDecimal());
        Assert.Equal("free", json.GetProperty("response_cost_status").GetString());
        // 1000 in at 2, 200 out at 8 USD per million.
        Assert.Equal(0.0036m, json.GetProperty("saved_cache_cost").GetDecimal());
    }

    [Fact]
    public void Embedding_HasItsTextsAndShortVectors()
    {
        var json = Json(Calls.Embedding);

        Assert.Equal("""["one","two"]""", json.GetProperty("messages").GetRawText());
        Assert.Equal(16, json.GetProperty("response").GetProperty("data")[0].GetProperty("embedding").GetArrayLength());
        Assert.Equal(["response"], Truncated(json));
    }

    [Fact]
    public void Rejection_SaysWhere()
    {
        var json = Json(Calls.Rejected);

        Assert.Equal("failure", json.GetProperty("status").GetString());
        Assert.Equal("403", json.GetProperty("error_information").GetProperty("error_code").GetString());
        Assert.Equal("shape", json.GetProperty("callgate").GetProperty("rejection").GetProperty("stage").GetString());
        Assert.Equal(
            1.5,
            json.GetProperty("callgate").GetProperty("hook_runs")[0].GetProperty("duration_ms").GetDouble()
        );
        Assert.Equal("", json.GetProperty("api_base").GetString());
    }

    [Theory]
    [InlineData(CallOutcome.Completed, "success")]
    [InlineData(CallOutcome.CacheHit, "success")]
    [InlineData(CallOutcome.AnsweredByHook, "success")]
    [InlineData(CallOutcome.Rejected, "failure")]
    [InlineData(CallOutcome.UpstreamFailed, "failure")]
    [InlineData(CallOutcome.TimedOut, "failure")]
    [InlineData(CallOutcome.ClientAborted, "failure")]
    [InlineData(CallOutcome.Cancelled, "failure")]
    [InlineData(CallOutcome.Abandoned, "failure")]
    [InlineData(CallOutcome.Terminated, "failure")]
    public void EveryOutcome_IsSuccessOrFailure(CallOutcome outcome, string status) =>
        Assert.Equal(status, (Calls.Success with { Outcome = outcome }).StandardLoggingPayload.Status);

    [Fact]
    public void Headers_OfRateLimits_AreNumbersByLiteLlmsNames()
    {
        var headers = Json(
                Calls.Success with
                {
                    ResponseHeaders = new Dictionary<string, string>
                    {
                        ["x-ratelimit-remaining-tokens"] = "149",
                        ["X-RateLimit-Reset-Requests"] = "1s",
                        ["openai-version"] = "2020-10-01",
                        ["Set-Cookie"] = "session",
                        ["X-Api-Key"] = "k",
                    },
                }
            )
            .GetProperty("hidden_params")
            .GetProperty("additional_headers");

        Assert.Equal(
            """{"openai-version":"2020-10-01","x_ratelimit_remaining_tokens":149,"x_ratelimit_reset_requests":"1s"}""",
            headers.GetRawText()
        );
    }

    [Fact]
    public void GatewaysKeyFields_StandInMetadata()
    {
        var metadata = Json(
                Calls.With(
                    new Dictionary<string, object?>
                    {
                        ["user_api_key_alias"] = "ci",
                        ["user_api_key_team_id"] = "t1",
                        ["user_api_key_spend"] = 1.5m,
                        ["job"] = 7,
                        ["spend_logs_metadata"] = new Dictionary<string, string> { ["a"] = "b" },
                    }
                )
            )
            .GetProperty("metadata");

        Assert.Equal("ci", metadata.GetProperty("user_api_key_alias").GetString());
        Assert.Equal(1.5, metadata.GetProperty("user_api_key_spend").GetDouble());
        Assert.Equal("t1", metadata.GetProperty("team_id").GetString());
        Assert.Equal("""{"a":"b"}""", metadata.GetProperty("spend_logs_metadata").GetRawText());
        Assert.Equal(
            """{"job":7,"spend_logs_metadata":{"a":"b"}}""",
            metadata.GetProperty("requester_metadata").GetRawText()
        );
        Assert.Equal(1200, metadata.GetProperty("usage_object").GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void WithheldContent_IsNotThere(bool withheld, bool noLog)
    {
        var payload = (
            Calls.Success with
            {
                ContentWithheld = withheld,
                LitellmParams = new LitellmParams { NoLog = noLog },
                Request = Calls.Request with { Stop = ["Rayleigh"], Tools = [ToolDefinition.FromFunction("sky")] },
            }
        ).StandardLoggingPayload;
        var json = payload.ToJson();

        Assert.DoesNotContain("sky", json, StringComparison.Ordinal);
        Assert.DoesNotContain("Rayleigh", json, StringComparison.Ordinal);
        Assert.Null(payload.Callgate.MessagesSha256);
        Assert.True(payload.Callgate.ContentWithheld);
        Assert.Equal("""{"max_tokens":100,"temperature":0.5}""", payload.ModelParameters.GetRawText());
    }

    [Fact]
    public void RedactedContent_IsLiteLlmsPlaceholderWithoutHash()
    {
        var redacted = Redaction.WithoutContent(
            new ObserverEvent(ObserverEventKind.Success, Calls.Success, IsSync: false) { Response = Calls.Answer }
        );

        var json = Json(redacted.Call);

        Assert.Equal(Redaction.Placeholder, json.GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.DoesNotContain("Rayleigh", json.GetRawText(), StringComparison.Ordinal);
        Assert.True(json.GetProperty("callgate").GetProperty("content_withheld").GetBoolean());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("callgate").GetProperty("messages_sha256").ValueKind);
    }

    [Fact]
    public void WriteTo_WritesWhatToJsonDoes()
    {
        using var stream = new MemoryStream();
        using (
            var writer = new Utf8JsonWriter(
                stream,
                new JsonWriterOptions { Encoder = EventJson.Relaxed.Options.Encoder }
            )
        )
        {
            Calls.Success.StandardLoggingPayload.WriteTo(writer);
        }

        Assert.Equal(
            Calls.Success.StandardLoggingPayload.ToJson(),
            System.Text.Encoding.UTF8.GetString(stream.ToArray())
        );
    }

    [Fact]
    public void ToString_IsShortAndWithoutContent()
    {
        var text = Calls.Failure.StandardLoggingPayload.ToString();

        Assert.Equal("failure acompletion gpt-4o 0+0 tokens $0 (Free) RateLimitError (call-1)", text);
    }

    internal static JsonElement Json(CallDetails call)
    {
        PayloadSchemaTests.Valid(call.StandardLoggingPayload);
        return JsonElement.Parse(call.StandardLoggingPayload.ToJson());
    }

    internal static IEnumerable<string?> Truncated(JsonElement json) =>
        json.GetProperty("callgate").GetProperty("truncated").EnumerateArray().Select(e => e.GetString());
}
