using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Callgate.Wire;

namespace Callgate.Tests.BadInput;

/// <summary>Keys of every origin, in calls of every end: they reach the provider, and nothing else.</summary>
public class SecretsTests
{
    private static readonly string[] s_secrets =
    [
        "openai-canary-0123456789",
        "azure-canary-0123456789",
        "anthropic-canary-0123456789",
        "token-canary-0123456789",
        "call-canary-0123456789",
        "header-canary-0123456789",
        "deployment-canary-0123456789",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_AppearNowhereButAtTheProvider()
    {
        var spied = new StringBuilder();
        var sent = new StringBuilder();
        var log = new Callbacks.CollectedLog();
        using var activities = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "Callgate",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = a =>
            {
                lock (spied)
                {
                    spied
                        .AppendLine(a.DisplayName)
                        .AppendLine(a.StatusDescription)
                        .AppendJoin('\n', a.TagObjects)
                        .AppendLine();
                }
            },
        };
        ActivitySource.AddActivityListener(activities);
        var statuses = new Queue<int>();
        using var provider = new StubHandler(request =>
        {
            var headers = request.Headers.ToString();
            sent.AppendLine(headers);
            return statuses.Dequeue() switch
            {
                200 => StubHandler.Json(Trial.Good),
                0 => throw new HttpRequestException($"Refused. {headers}"),
                1 => StubHandler.Json("{"),
                // What the most careless of servers says.
                var status => StubHandler.Json(
                    $$$"""{"error":{"message":"You sent {{{headers.ReplaceLineEndings(" ")}}}"}}""",
                    status
                ),
            };
        });
        await using var client = new LlmClient(
            new LlmClientOptions
            {
                HttpMessageHandler = provider,
                LoggerFactory = log,
                RetryDelay = TimeSpan.Zero,
                CooldownTime = TimeSpan.Zero,
                Callbacks = [new Spy(spied)],
                ApiKeys =
                {
                    ["openai"] = s_secrets[0],
                    ["azure"] = s_secrets[1],
                    ["anthropic"] = s_secrets[2],
                },
                ApiBases = { ["azure"] = "https://resource.test" },
                Deployments =
                {
                    new Deployment
                    {
                        ModelName = "mine",
                        Model = "openai/gpt-4o",
                        ApiKey = s_secrets[6],
                        Headers = new Dictionary<string, string> { ["X-Proxy"] = s_secrets[5] },
                    },
                },
            }
        );
        var options = new CallOptions { NumRetries = 1 };
        (string Model, CallOptions Options)[] ways =
        [
            ("openai/gpt-4o", options),
            ("azure/gpt-4o", options),
            ("anthropic/claude-sonnet-4-5", options),
            ("mine", options),
            ("azure/gpt-4o", options with { ApiKey = new Secret(_ => ValueTask.FromResult(s_secrets[3])) }),
            ("openai/gpt-4o", options with { ApiKey = s_secrets[4] }),
            (
                "openai/gpt-4o",
                options with
                {
                    Headers = new Dictionary<string, string>
                    {
                        ["X-Proxy-Auth"] = s_secrets[5],
                        ["Cookie"] = s_secrets[5],
                    },
                }
            ),
        ];
        foreach (var (model, way) in ways)
        {
            foreach (var isStream in (bool[])[false, true])
            {
                foreach (var first in (int[])[200, 400, 401, 404, 429, 500, 302, 0, 1])
                {
                    statuses.Clear();
                    statuses.Enqueue(first);
                    statuses.Enqueue(401);
                    try
                    {
                        if (isStream)
                        {
                            await foreach (
                                var chunk in client.CompleteStreamingAsync(model, Trial.Messages, way, Token)
                            )
                            {
                                Spied(chunk.ToString());
                            }
                        }
                        else
                        {
                            var answer = await client.CompleteAsync(model, Trial.Messages, way, Token);
                            Spied(answer.ToString());
                        }
                    }
                    catch (LlmException e)
                    {
                        // The handler's own words are not ours to change; ours quote none of them.
                        Spied(e.InnerException is HttpRequestException ? e.Message : e.ToString());
                        Spied(e.ProviderMessage);
                    }
                }
            }
        }

        await client.FlushPatientlyAsync();
        string all;
        lock (spied)
        {
            all = spied + string.Join('\n', log.Lines);
        }

        Assert.All(
            s_secrets,
            secret =>
            {
                Assert.Contains(secret, sent.ToString(), StringComparison.Ordinal);
                var at = all.IndexOf(secret, StringComparison.Ordinal);
                Assert.True(at < 0, at < 0 ? "" : all[Math.Max(0, at - 300)..(at + 50)]);
            }
        );

        // Observers write meanwhile, and so do the spans of the tests that run beside this one.
        void Spied(string? text)
        {
            lock (spied)
            {
                spied.AppendLine(text);
            }
        }
    }

    private sealed class Spy(StringBuilder spied) : CustomLogger
    {
        private void Take(CallDetails call, [CallerMemberName] string hook = "")
        {
            lock (spied)
            {
                spied
                    .AppendLine(hook)
                    .AppendLine(call.ToString())
                    .AppendLine(call.StandardLoggingPayload.ToJson())
                    .AppendLine(call.AdditionalArgs.CompleteInput)
                    .AppendJoin('\n', call.AdditionalArgs.Headers)
                    .AppendLine(call.OriginalResponse)
                    .AppendJoin('\n', call.ResponseHeaders)
                    .AppendJoin('\n', call.Attempts)
                    .AppendLine(call.Request.ToString())
                    .AppendLine(call.LitellmParams.ToString());
            }
        }

        public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) =>
            Take(call);

        public override void LogPostApiCall(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => Take(call);

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
    }
}
