using System.Text.Json;
using Callgate.Wire;
using CsCheck;

namespace Callgate.Tests.Events;

public class PayloadFuzzTests
{
    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String,
        Gen.String[Gen.Char, 0, 50],
        Gen.Const("\ud800"),
        Gen.Const("data:image/png;base64," + new string('A', 300)),
        Gen.Int[0, 3000].Select(n => new string('é', n))
    );

    private static readonly Gen<object?> s_value = Gen.Recursive<object?>(
        (depth, inner) =>
            depth > 4
                ? s_text.Select(object? (s) => s)
                : Gen.OneOf(
                    s_text.Select(object? (s) => s),
                    Gen.Int.Select(object? (i) => i),
                    Gen.Double.Select(object? (d) => d),
                    Gen.Decimal.Select(object? (d) => d),
                    Gen.Bool.Select(object? (b) => b),
                    Gen.DateTimeOffset.Select(object? (d) => d),
                    Gen.Guid.Select(object? (g) => g),
                    Gen.Const((object?)null),
                    inner.List[0, 4].Select(object? (l) => l),
                    Gen.Dictionary(s_text, inner)[0, 4].Select(object? (d) => d)
                )
    );

    private static readonly string[] s_roles = ["system", "user", "assistant", "tool", ""];

    private static readonly Gen<Message> s_message = Gen.Select(
        Gen.Int[0, 4].Select(i => s_roles[i]),
        s_text,
        Gen.Int[0, 3],
        (role, text, kind) =>
            new Message
            {
                Role = role,
                Content = kind switch
                {
                    0 => null,
                    1 => new MessageContent(text),
                    _ => new MessageContent([ContentPart.FromText(text), new ContentPart { Type = text }]),
                },
                ToolCalls =
                    kind == 3
                        ?
                        [
                            new ToolCall
                            {
                                Id = text,
                                Function = new FunctionCall { Name = text, Arguments = text },
                            },
                        ]
                        : null,
            }
    );

    private static readonly Gen<Exception?> s_exception = Gen.OneOf(
        Gen.Const((Exception?)null),
        Gen.Select(Gen.Enum<LlmErrorKind>(), s_text, s_text)
            .Select(
                Exception? (t) =>
                    LlmException.Create(t.Item1, t.Item2, new ErrorFacts(Code: t.Item3, RequestId: t.Item3))
            ),
        s_text.Select(Exception? (t) => new InvalidOperationException(t, new TimeoutException(t)))
    );

    private static readonly Gen<TokenUsage> s_usage = Gen.Select(Gen.Long, Gen.Long, Gen.Long, Gen.Enum<UsageSource>())
        .Select(t => TokenUsage.FromReported(t.Item1, t.Item2, cachedTokens: t.Item3, source: t.Item4));

    private static readonly Gen<CallDetails> s_call = Gen.Select(
            Gen.Select(s_text, s_text, Gen.Enum<CallOutcome>().Nullable(), s_exception),
            Gen.Select(s_message.List[0, 6], Gen.Dictionary(s_text, s_value)[0, 5], s_usage),
            Gen.Select(Gen.DateTimeOffset, Gen.DateTimeOffset.Nullable(), Gen.Bool, Gen.Int[64, 5000])
        )
        .Select(t =>
        {
            var ((model, text, outcome, exception), (messages, metadata, usage), (start, end, flag, limit)) = t;
            var cost = CostCalculator.Compute(flag ? Calls.Price : null, usage, new PriceContext { At = Calls.Start });
            return Calls.Success with
            {
                LitellmCallId = text,
                Model = model,
                CustomLlmProvider = text,
                User = text,
                Outcome = outcome,
                Exception = exception,
                Messages = messages,
                Usage = usage,
                Cost = cost,
                ModelInfo = flag ? Calls.Price : null,
                Stream = flag,
                CacheHit = !flag,
                StartTime = start,
                EndTime = end,
                CompletionStartTime = end,
                Response = flag ? Calls.Answer.WithText(text) : null,
                Request = Calls.Request with { Stop = [text], User = text },
                AdditionalArgs = new AdditionalArgs { ApiBase = text },
                Tags = [text],
                Attempts =
                [
                    Calls.Attempt with
                    {
                        Exception = exception,
                        Usage = usage,
                        Cost = cost,
                        ApiBase = text,
                        StartTime = start,
                        EndTime = end ?? start,
                    },
                ],
                LitellmParams = new LitellmParams { Metadata = metadata },
                ResponseHeaders = new Dictionary<string, string> { [text] = text, ["x-ratelimit-limit-tokens"] = text },
                PayloadLimits = new PayloadLimits
                {
                    MaxContentBytes = limit,
                    MaxTextBytes = limit,
                    MaxMetadataBytes = limit,
                },
            };
        });

    [Fact]
    public void AnyCall_IsValidAndBounded() =>
        s_call.Sample(
            call =>
            {
                var payload = call.StandardLoggingPayload;
                PayloadSchemaTests.Valid(payload);

                Assert.Empty(payload.Callgate.Unavailable);
                Assert.Equal(call.Usage.TotalTokens, payload.TotalTokens);
                Assert.Equal(
                    call.Usage,
                    JsonSerializer.SerializeToElement(call.Usage, Accounting.Usage).Deserialize(Accounting.Usage)
                );
                if (payload.CostBreakdown is { } cost)
                {
                    Assert.Equal(payload.ResponseCost, cost.InputCost + cost.OutputCost + cost.ToolUsageCost);
                }

                // An escaped character takes six bytes where the limit counts one.
                Assert.InRange(
                    payload.Messages?.GetRawText().Length ?? 0,
                    0,
                    (6 * call.PayloadLimits.MaxContentBytes) + 600
                );
            },
            iter: 500
        );

    [Fact]
    public void Cutting_KeepsWhatFits() =>
        s_message
            .List[1, 5]
            .Sample(
                messages =>
                {
                    var whole = JsonSerializer.Serialize<IReadOnlyList<Message>>(
                        messages,
                        WireJson.Relaxed.IReadOnlyListMessage
                    );
                    var content = PayloadContent.OfList(
                        messages,
                        WireJson.Relaxed.Message,
                        new PayloadLimits { MaxBase64Bytes = 1000 }
                    );

                    Assert.False(content.Truncated);
                    Assert.True(JsonElement.DeepEquals(JsonElement.Parse(whole), content.Json), whole);
                    Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(whole), content.Bytes);
                },
                iter: 300
            );
}
