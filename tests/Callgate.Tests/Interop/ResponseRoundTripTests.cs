using System.Text.Json;
using Callgate.Interop;
using Callgate.Wire;
using CsCheck;
using Microsoft.Extensions.AI;

namespace Callgate.Tests.Interop;

public sealed class ResponseRoundTripTests
{
    [Fact]
    public void Completions_SurviveTheWayThereAndBack() =>
        SomeConversation.Completion.Sample(completion =>
        {
            var response = ResponseFromWire.Map(completion);

            Assert.Same(completion, response.RawRepresentation);
            Assert.Equal(completion.Text, response.Text);
            JsonText.Same(JsonText.Of(completion), JsonText.Of(ResponseToWire.Map(response)));
        });

    [Fact]
    public void Usage_SurvivesTheWayThereAndBack() =>
        SomeConversation.Tokens.Sample(usage =>
            JsonText.Same(
                JsonText.Of(new ChatCompletion { Usage = usage }),
                JsonText.Of(new ChatCompletion { Usage = UsageToWire.Map(UsageFromWire.Map(usage)) })
            )
        );

    [Fact]
    public void Completion_BecomesAResponse()
    {
        var completion = JsonSerializer.Deserialize(
            """
            {"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"gpt-4o-2024-08-06",
             "choices":[{"index":0,"message":{"role":"assistant","content":"Hi.","reasoning_content":"greet"},"finish_reason":"stop"},
                        {"index":1,"message":{"role":"assistant","content":"Hello."},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
                      "prompt_tokens_details":{"cached_tokens":4,"cache_creation_tokens":2},
                      "completion_tokens_details":{"reasoning_tokens":3}},
             "system_fingerprint":"fp_1"}
            """,
            WireJson.Default.ChatCompletion
        )!;

        var response = ResponseFromWire.Map(completion);

        Assert.Equal("Hi.", response.Text);
        Assert.Equal("greet", Assert.IsType<TextReasoningContent>(response.Messages.Single().Contents[0]).Text);
        Assert.Equal("chatcmpl-1", response.ResponseId);
        Assert.Equal("chatcmpl-1", response.Messages[0].MessageId);
        Assert.Equal("gpt-4o-2024-08-06", response.ModelId);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1760000000), response.CreatedAt);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(10, response.Usage!.InputTokenCount);
        Assert.Equal(5, response.Usage.OutputTokenCount);
        Assert.Equal(15, response.Usage.TotalTokenCount);
        Assert.Equal(4, response.Usage.CachedInputTokenCount);
        Assert.Equal(3, response.Usage.ReasoningTokenCount);
        Assert.Equal(2, response.Usage.AdditionalCounts!["prompt_tokens_details.cache_creation_tokens"]);
        Assert.Equal("fp_1", response.AdditionalProperties!["system_fingerprint"]!.ToString());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1_760_000_000_000_000)]
    public void ATimeThatIsNone_IsLeftOut(long created) =>
        Assert.Null(ResponseFromWire.Map(new ChatCompletion { Created = created }).CreatedAt);

    [Fact]
    public void ACompletionWithoutChoices_IsAnEmptyResponse() =>
        Assert.Equal("", ResponseFromWire.Map(new ChatCompletion { Id = "x" }).Text);

    // The names under which the official OpenAI and Anthropic packages, and a community one, report what sets the price.
    [Fact]
    public void Usage_OfTheOfficialAnthropicPackage()
    {
        var usage = UsageToWire.Map(
            new UsageDetails
            {
                InputTokenCount = 175,
                OutputTokenCount = 10,
                TotalTokenCount = 185,
                CachedInputTokenCount = 25,
                AdditionalCounts = new() { ["CacheCreationInputTokens"] = 50 },
            }
        );

        Assert.Equal((175, 10, 185), (usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens));
        Assert.Equal(25, usage.PromptTokensDetails!.CachedTokens);
        Assert.Equal(50, usage.PromptTokensDetails.CacheCreationTokens);
        Assert.Null(usage.AdditionalProperties);
    }

    [Fact]
    public void Usage_OfAPackageThatCountsTheCacheApart()
    {
        var usage = UsageToWire.Map(
            new UsageDetails
            {
                InputTokenCount = 100,
                OutputTokenCount = 10,
                TotalTokenCount = 110,
                AdditionalCounts = new() { ["CacheReadInputTokens"] = 25, ["CacheCreationInputTokens"] = 50 },
            }
        );

        Assert.Equal((175, 10, 185), (usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens));
        Assert.Equal(25, usage.PromptTokensDetails!.CachedTokens);
        Assert.Equal(50, usage.PromptTokensDetails.CacheCreationTokens);
    }

    [Fact]
    public void Usage_OfTheOpenAIPackage()
    {
        var usage = UsageToWire.Map(
            new UsageDetails
            {
                InputTokenCount = 100,
                OutputTokenCount = 10,
                CachedInputTokenCount = 64,
                ReasoningTokenCount = 4,
                AdditionalCounts = new()
                {
                    ["InputTokenDetails.AudioTokenCount"] = 7,
                    ["OutputTokenDetails.AcceptedPredictionTokenCount"] = 1,
                },
            }
        );

        Assert.Equal((100, 10, 110), (usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens));
        Assert.Equal(64, usage.PromptTokensDetails!.CachedTokens);
        Assert.Equal(7, usage.PromptTokensDetails.AudioTokens);
        Assert.Equal(4, usage.CompletionTokensDetails!.ReasoningTokens);
        Assert.Equal(1, usage.CompletionTokensDetails.AcceptedPredictionTokens);
        Assert.Null(usage.AdditionalProperties);
    }

    [Fact]
    public void AResponseOfSeveralMessages_IsOneAnswer()
    {
        var response = new ChatResponse([
            new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "look")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", "sunny")]),
            new ChatMessage(
                ChatRole.Assistant,
                [new TextContent("It is sunny."), new ErrorContent("half") { ErrorCode = "E1" }]
            ),
        ])
        {
            FinishReason = ChatFinishReason.Stop,
        };

        var completion = ResponseToWire.Map(response, "gpt-4o");

        Assert.Equal("gpt-4o", completion.Model);
        Assert.Equal("It is sunny.", completion.Text);
        Assert.Equal("look", Assert.Single(completion.Choices[0].Message!.ToolCalls!).Function!.Name);
        Assert.Equal(
            """[{"message":"half","code":"E1"}]""",
            completion.Choices[0].AdditionalProperties!["errors"].GetRawText()
        );
    }

    [Fact]
    public void Sources_AreAnnotationsOfTheText()
    {
        var annotations =
            """[{"type":"url_citation","url_citation":{"url":"https://x.test/a","title":"A","start_index":1,"end_index":3}},{"type":"other"}]""";
        var completion = new ChatCompletion
        {
            Choices =
            [
                new Choice
                {
                    Message = Message.Assistant("Hello") with { Annotations = JsonElement.Parse(annotations) },
                },
            ],
        };

        var response = ResponseFromWire.Map(completion);
        var text = Assert.IsType<TextContent>(Assert.Single(response.Messages[0].Contents));

        var citation = Assert.IsType<CitationAnnotation>(text.Annotations![0]);
        Assert.Equal(("A", "https://x.test/a"), (citation.Title, citation.Url!.ToString()));
        var span = Assert.IsType<TextSpanAnnotatedRegion>(Assert.Single(citation.AnnotatedRegions!));
        Assert.Equal((1, 3), (span.StartIndex, span.EndIndex));
        JsonText.Same(JsonText.Of(completion), JsonText.Of(ResponseToWire.Map(response) with { Object = null }));

        // Another client's citation has no JSON of ours, and none goes back in a prompt.
        citation.RawRepresentation = null;
        text.Annotations.RemoveAt(1);
        JsonText.Same(
            """[{"type":"url_citation","url_citation":{"url":"https://x.test/a","title":"A","start_index":1,"end_index":3}}]""",
            ResponseToWire.Map(response).Choices[0].Message!.Annotations!.Value.GetRawText()
        );
        var prompt = new List<Message>();
        MessageToWire.Map(response.Messages, prompt);
        Assert.Null(prompt[0].Annotations);
    }

    [Fact]
    public void TheServiceTier_IsFoundUnderEitherName()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "x"))
        {
            AdditionalProperties = new() { ["ServiceTier"] = "flex" },
        };

        Assert.Equal("flex", ResponseToWire.Map(response).ServiceTier);
        Assert.Equal(
            "flex",
            ResponseFromWire.Map(new ChatCompletion { ServiceTier = "flex" }).AdditionalProperties!["service_tier"]
        );
    }

    [Fact]
    public void UsageInContents_AddsUpWhereTheResponseHasNone()
    {
        var response = new ChatResponse(
            new ChatMessage(
                ChatRole.Assistant,
                [
                    new UsageContent(new UsageDetails { InputTokenCount = 5 }),
                    new UsageContent(new UsageDetails { OutputTokenCount = 3 }),
                ]
            )
        );

        var usage = ResponseToWire.Map(response).Usage!;

        Assert.Equal((5, 3, 8), (usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens));
    }
}
