using Callgate.Testing;

namespace Callgate.Conformance;

/// <summary>Every way in which a call can end, and the ways to get there. A test compares them with <see cref="CallOutcome"/>.</summary>
internal static class Scenarios
{
    /// <summary>Outcomes that no call outside the gateway has.</summary>
    public static IReadOnlyDictionary<CallOutcome, string> Impossible { get; } =
        new Dictionary<CallOutcome, string>
        {
            [CallOutcome.AnsweredByHook] = "gateway only: no hook of a library client can answer",
        };

    /// <summary>The scenarios, as the table groups them.</summary>
    public static IReadOnlyList<(string Title, IReadOnlyList<Scenario> Scenarios)> Groups { get; } =
    [
        ("Calls that are answered", [.. Answers]),
        ("Calls that are refused", [.. Refusals]),
        ("Calls that the provider fails", [.. Failures]),
        ("Calls that end otherwise", [.. Ends]),
    ];

    public static IReadOnlyList<Scenario> All { get; } = [.. Groups.SelectMany(g => g.Scenarios)];

    private const string NoStream = "a unary call has no chunks: its consumer can't leave half-way";

    private static IEnumerable<Scenario> Answers =>
        [
            new("completed", CallOutcome.Completed, "The provider answers at once.", Facts.Answered),
            new(
                "completed, not logged",
                CallOutcome.Completed,
                "The caller wants no log: observers get nothing, hooks in the call's path run.",
                s => Facts.Answered(s) with { IsLogged = false }
            )
            {
                Options = new CallOptions { NoLog = true },
            },
            new(
                "cache hit",
                CallOutcome.CacheHit,
                "The cache has the answer.",
                s => (Facts.NothingSent with { GoodAnswers = 1, Usage = UsageSource.Reported }).Streamed(s, 0, 2)
            )
            {
                IsCached = true,
                NeedsOwnClient = true,
            },
            new(
                "retried, completed",
                CallOutcome.Completed,
                "A 500, then an answer of the same deployment.",
                s => Facts.Answered(s) with { Picked = 2, Checked = 2, Sent = 2, Replied = 2, FailedTries = 1 }
            )
            {
                Replies = s => [ServerError, Wires.Answer(s)],
                Arrange = (o, _) => o.NumRetries = 1,
                NeedsOwnClient = true,
            },
            new(
                "retried elsewhere, completed",
                CallOutcome.Completed,
                "A broken connection, then an answer of the group's other deployment.",
                s =>
                    Facts.Answered(s) with
                    {
                        Picked = 2,
                        Checked = 2,
                        Sent = 2,
                        FailedTries = 1,
                        Cost = CostStatus.Estimated,
                    }
            )
            {
                Replies = s => [FakeReply.Disconnect(), Wires.Answer(s)],
                Arrange = (o, s) =>
                {
                    o.NumRetries = 1;
                    AddTwoDeployments(o, s);
                },
                NeedsOwnClient = true,
            },
            new(
                "fell back, completed",
                CallOutcome.Completed,
                "A 500, then an answer of the fallback.",
                s =>
                    Facts.Answered(s) with
                    {
                        Groups = 2,
                        Picked = 2,
                        Checked = 2,
                        Sent = 2,
                        Replied = 2,
                        FailedTries = 1,
                        AnsweredFallbacks = 1,
                    }
            )
            {
                Replies = s => [ServerError, Wires.Answer(s)],
                Arrange = (o, s) => o.Fallbacks[Stage.ModelOf(s)] = [Stage.OtherModelOf(s)],
                NeedsOwnClient = true,
            },
            new(
                "fell back twice, completed",
                CallOutcome.Completed,
                "Two 500s, then an answer of the second fallback.",
                s =>
                    Facts.Answered(s) with
                    {
                        Groups = 3,
                        Picked = 3,
                        Checked = 3,
                        Sent = 3,
                        Replied = 3,
                        FailedTries = 2,
                        FailedFallbacks = 1,
                        AnsweredFallbacks = 1,
                    }
            )
            {
                Replies = s => [ServerError, ServerError, Wires.Answer(s)],
                Arrange = (o, s) => o.Fallbacks[Stage.ModelOf(s)] = [Stage.OtherModelOf(s), Stage.ThirdModelOf(s)],
                NeedsOwnClient = true,
            },
            new(
                "completed, end not read",
                CallOutcome.Completed,
                "The consumer disposes the stream after the last chunk of the answer, and doesn't wait for the usage.",
                _ => Facts.StoppedAt(Wires.ConsumerChunks)
            )
            {
                Replies = s => [Wires.Answer(s) with { StallAfterBytes = Wires.BytesOf(Wires.ConsumerChunks) }],
                Trouble = Trouble.BrokenOff,
                TroubleAfter = Wires.ConsumerChunks,
                WhyNot = StreamsOnly,
            },
            new(
                "completed, no end marker",
                CallOutcome.Completed,
                "The stream ends after its last event, without the marker.",
                Facts.Answered
            )
            {
                Replies = s => [Wires.Answer(s) with { CutAfterBytes = Wires.BytesOf(Wires.ProviderChunks) }],
                WhyNot = StreamsOnly,
            },
            new(
                "rerun, completed",
                CallOutcome.Completed,
                "A handler wants one rerun of the answered call: two calls, each with its own event.",
                s =>
                    Facts.Answered(s) with
                    {
                        Calls = 2,
                        Groups = 2,
                        Picked = 2,
                        Checked = 2,
                        Sent = 2,
                        Replied = 2,
                        Answers = 2,
                        GoodAnswers = 2,
                    }
            )
            {
                Replies = s => [Wires.Answer(s), Wires.Answer(s)],
                Reruns = 1,
                WhyNot = s => s == Shape.ChatUnary ? null : "only unary chat calls are rerun",
                NeedsOwnClient = true,
            },
        ];

    private static IEnumerable<Scenario> Refusals =>
        [
            new("rejected: request", CallOutcome.Rejected, "The request is empty.", _ => Facts.NothingSent)
            {
                IsRequestEmpty = true,
                NeedsOwnClient = true,
            },
            new("rejected: prompt", CallOutcome.Rejected, "The prompt hook refuses.", _ => Facts.NothingSent)
            {
                RefusedAt = nameof(CustomLogger.GetChatCompletionPromptAsync),
                WhyNot = s => s == Shape.Embedding ? "embeddings have no prompt" : null,
                NeedsOwnClient = true,
            },
            new(
                "rejected: no deployment",
                CallOutcome.Rejected,
                "The filter leaves no deployment.",
                _ => Facts.NothingSent with { Groups = 1, RateLimits = 1 }
            )
            {
                RefusedAt = nameof(CustomLogger.FilterDeploymentsAsync),
                NeedsOwnClient = true,
            },
            new(
                "rejected: check",
                CallOutcome.Rejected,
                "The check of the picked deployment refuses.",
                _ => Facts.NothingSent with { Groups = 1, Picked = 1, FailedTries = 1 }
            )
            {
                RefusedAt = nameof(CustomLogger.PreCallCheckAsync),
                NeedsOwnClient = true,
            },
            new(
                "rejected: deployment",
                CallOutcome.Rejected,
                "The hook before the attempt refuses.",
                _ => Facts.NothingSent with { Groups = 1, Picked = 1, Checked = 1, FailedTries = 1 }
            )
            {
                RefusedAt = nameof(CustomLogger.PreCallDeploymentHookAsync),
                NeedsOwnClient = true,
            },
            new(
                "rejected: answer",
                CallOutcome.Rejected,
                "The hook after the attempt refuses the answer (of a stream: its second chunk), which is paid all the same.",
                s =>
                    s == Shape.ChatStream
                        ? Facts.StoppedAt(2) with
                        {
                            ConsumerChunks = 1,
                            FailedTries = 1,
                        }
                        : Facts.Answered(s) with
                        {
                            GoodAnswers = 0,
                            FailedTries = 1,
                        }
            )
            {
                RefusedAt = nameof(CustomLogger.PostCallSuccessDeploymentHookAsync),
                RefusedChunk = 2,
                NeedsOwnClient = true,
            },
        ];

    private static IEnumerable<Scenario> Failures =>
        [
            new(
                "failed: 500",
                CallOutcome.UpstreamFailed,
                "The provider answers 500.",
                _ => Facts.Failed with { Replied = 1, Cost = CostStatus.Free }
            )
            {
                Replies = _ => [ServerError],
            },
            new(
                "failed: 429",
                CallOutcome.UpstreamFailed,
                "The group's only deployment is rate limited.",
                _ => Facts.Failed with { Replied = 1, RateLimits = 1, Cost = CostStatus.Free }
            )
            {
                Replies = _ => [FakeReply.Error(429, retryAfter: TimeSpan.Zero)],
            },
            new(
                "failed: no reply",
                CallOutcome.UpstreamFailed,
                "The connection breaks before the answer.",
                _ => Facts.Failed
            )
            {
                Replies = _ => [FakeReply.Disconnect()],
            },
            new(
                "failed: no answer",
                CallOutcome.UpstreamFailed,
                "The reply is no valid answer (of a stream: it breaks before its first event, when the prompt is paid).",
                s =>
                    s == Shape.ChatStream
                        ? Facts.StoppedAt(0) with
                        {
                            FailedTries = 1,
                        }
                        : Facts.Failed with
                        {
                            Replied = 1,
                        }
            )
            {
                Replies = s =>
                    [
                        s == Shape.ChatStream
                            ? Wires.Answer(s) with
                            {
                                ResetAfterBytes = 0,
                            }
                            : FakeReply.Json("""{"choices":"""),
                    ],
            },
            new(
                "failed: half-way",
                CallOutcome.UpstreamFailed,
                "The stream breaks after two chunks.",
                _ => Facts.StoppedAt(2) with { FailedTries = 1 }
            )
            {
                Replies = s => [Wires.Answer(s) with { ResetAfterBytes = Wires.BytesOf(2) }],
                WhyNot = StreamsOnly,
            },
            new(
                "failed: cut short",
                CallOutcome.UpstreamFailed,
                "The stream ends after two chunks as if it were whole.",
                _ => Facts.StoppedAt(2) with { FailedTries = 1 }
            )
            {
                Replies = s => [Wires.Answer(s) with { CutAfterBytes = Wires.BytesOf(2) }],
                WhyNot = StreamsOnly,
            },
            new(
                "retried, failed",
                CallOutcome.UpstreamFailed,
                "Two 500s in a row.",
                _ =>
                    Facts.Failed with
                    {
                        Picked = 2,
                        Checked = 2,
                        Sent = 2,
                        Replied = 2,
                        FailedTries = 2,
                        Cost = CostStatus.Free,
                    }
            )
            {
                Replies = _ => [ServerError, ServerError],
                Arrange = (o, _) => o.NumRetries = 1,
                NeedsOwnClient = true,
            },
            new(
                "fell back, failed",
                CallOutcome.UpstreamFailed,
                "A 500, and another of the fallback.",
                _ =>
                    Facts.Failed with
                    {
                        Groups = 2,
                        Picked = 2,
                        Checked = 2,
                        Sent = 2,
                        Replied = 2,
                        FailedTries = 2,
                        FailedFallbacks = 1,
                        Cost = CostStatus.Free,
                    }
            )
            {
                Replies = _ => [ServerError, ServerError],
                Arrange = (o, s) => o.Fallbacks[Stage.ModelOf(s)] = [Stage.OtherModelOf(s)],
                NeedsOwnClient = true,
            },
        ];

    private static IEnumerable<Scenario> Ends =>
        [
            new("timed out", CallOutcome.TimedOut, "No reply within the call's time.", _ => Facts.Failed)
            {
                Replies = s => [Silence(s)],
                Trouble = Trouble.TimeRunsOut,
            },
            new(
                "timed out: half-way",
                CallOutcome.TimedOut,
                "The stream stalls after two chunks.",
                _ => Facts.StoppedAt(2) with { FailedTries = 1 }
            )
            {
                Replies = s => [Stall(s)],
                Trouble = Trouble.TimeRunsOut,
                TroubleAfter = 2,
                WhyNot = StreamsOnly,
            },
            new(
                "timed out: more to try",
                CallOutcome.TimedOut,
                "No reply within the call's time: another deployment and a fallback are there, but no time is.",
                _ => Facts.Failed
            )
            {
                Replies = s => [Silence(s)],
                Trouble = Trouble.TimeRunsOut,
                Arrange = AddMoreToTry,
                NeedsOwnClient = true,
            },
            new(
                "aborted",
                CallOutcome.ClientAborted,
                "The consumer disposes the stream after two chunks.",
                _ => Facts.StoppedAt(2)
            )
            {
                Replies = s => [Stall(s)],
                Trouble = Trouble.BrokenOff,
                TroubleAfter = 2,
                WhyNot = StreamsOnly,
            },
            new(
                "cancelled: before",
                CallOutcome.Cancelled,
                "The caller's token is cancelled before the call.",
                _ => Facts.NothingSent with { Shaped = 0 }
            )
            {
                Trouble = Trouble.CancelledBefore,
            },
            new(
                "cancelled",
                CallOutcome.Cancelled,
                "The caller's token is cancelled while the provider is silent.",
                _ => Facts.Failed with { FailedTries = 0 }
            )
            {
                Replies = s => [Silence(s)],
                Trouble = Trouble.Cancelled,
            },
            new(
                "cancelled: half-way",
                CallOutcome.Cancelled,
                "The caller's token is cancelled after two chunks.",
                _ => Facts.StoppedAt(2)
            )
            {
                Replies = s => [Stall(s)],
                Trouble = Trouble.Cancelled,
                TroubleAfter = 2,
                WhyNot = StreamsOnly,
            },
            new(
                "abandoned",
                CallOutcome.Abandoned,
                "The consumer neither reads on after two chunks nor disposes the stream.",
                _ => Facts.StoppedAt(2)
            )
            {
                Replies = s => [Stall(s)],
                Trouble = Trouble.LeftUnread,
                TroubleAfter = 2,
                WhyNot = StreamsOnly,
            },
            new(
                "terminated",
                CallOutcome.Terminated,
                "The client is disposed while the provider is silent: nothing more is tried.",
                _ => Facts.Failed with { FailedTries = 0 }
            )
            {
                Replies = s => [Silence(s)],
                Trouble = Trouble.ClientDisposed,
                Arrange = AddMoreToTry,
            },
            new(
                "terminated: half-way",
                CallOutcome.Terminated,
                "The client is disposed after two chunks.",
                _ => Facts.StoppedAt(2)
            )
            {
                Replies = s => [Stall(s)],
                Trouble = Trouble.ClientDisposed,
                TroubleAfter = 2,
                WhyNot = StreamsOnly,
            },
        ];

    private static FakeReply ServerError => FakeReply.Error(500, retryAfter: TimeSpan.Zero);

    private static FakeReply Silence(Shape shape) =>
        Wires.Answer(shape) with
        {
            DelayHeaders = Timeout.InfiniteTimeSpan,
        };

    private static FakeReply Stall(Shape shape) => Wires.Answer(shape) with { StallAfterBytes = Wires.BytesOf(2) };

    private static string? StreamsOnly(Shape shape) => shape == Shape.ChatStream ? null : NoStream;

    private static void AddTwoDeployments(LlmClientOptions options, Shape shape)
    {
        var name = Stage.ModelOf(shape);
        options.Deployments.Add(new Deployment { ModelName = name, Model = name });
        // The one of no weight comes second.
        options.Deployments.Add(
            new Deployment
            {
                ModelName = name,
                Model = Stage.OtherModelOf(shape),
                Weight = 0,
            }
        );
    }

    private static void AddMoreToTry(LlmClientOptions options, Shape shape)
    {
        options.NumRetries = 3;
        AddTwoDeployments(options, shape);
        options.Fallbacks[Stage.ModelOf(shape)] = [Stage.ThirdModelOf(shape)];
    }
}
