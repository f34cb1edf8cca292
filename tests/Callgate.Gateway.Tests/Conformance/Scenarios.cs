using System.Globalization;
using Callgate.Testing;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>Every way in which a call of the gateway can end, and the ways to get there. A test compares them with <see cref="CallOutcome"/>.</summary>
internal static class Scenarios
{
    /// <summary>Outcomes that no call of the gateway has.</summary>
    public static IReadOnlyDictionary<CallOutcome, string> Impossible { get; } =
        new Dictionary<CallOutcome, string>
        {
            [CallOutcome.Cancelled] =
                "who waits for a call is its client: a call that its client ends is `ClientAborted`",
            [CallOutcome.Abandoned] = "the server itself reads each stream to its end, or ends it",
        };

    /// <summary>The scenarios, as the table groups them.</summary>
    public static IReadOnlyList<(string Title, IReadOnlyList<Scenario> Scenarios)> Groups { get; } =
    [
        ("Calls that are answered", [.. Answers]),
        ("Calls that are refused", [.. Refusals]),
        ("Calls that fail", [.. Failures, .. ProviderErrors]),
        ("Calls that nobody waits for", [.. Departures]),
    ];

    public static IReadOnlyList<Scenario> All { get; } = [.. Groups.SelectMany(g => g.Scenarios)];

    private static IEnumerable<Scenario> Answers =>
        [
            new("completed", CallOutcome.Completed, "The provider answers at once.", _ => Facts.Answered),
            new(
                "answered by a hook",
                CallOutcome.AnsweredByHook,
                "A pre-call hook answers.",
                _ => Facts.NothingSent with { Shaped = 0, Moderated = 0, IsShown = true, ShownChunks = Chunks.All }
            )
            {
                Setup = Setup.Answers,
            },
            new(
                "cache hit",
                CallOutcome.CacheHit,
                "The cache has the answer.",
                _ => Facts.NothingSent with { IsShown = true, ShownChunks = Chunks.All, Usage = UsageSource.Reported }
            )
            {
                Setup = Setup.Cached,
                IsPrimed = true,
            },
            new(
                "retried, completed",
                CallOutcome.Completed,
                "A 500, then an answer of the same deployment.",
                _ => Facts.Answered with { Sent = 2, Replied = 2, FailedTries = 1 }
            )
            {
                Replies = [FakeReply.Error(500)],
                Headers = new Dictionary<string, string> { ["x-litellm-num-retries"] = "1" },
            },
            new(
                "fell back, completed",
                CallOutcome.Completed,
                "A 500, then an answer of the fallback that the client names.",
                _ => Facts.Answered with { Groups = 2, Sent = 2, Replied = 2, FailedTries = 1, AnsweredFallbacks = 1 }
            )
            {
                Replies = [FakeReply.Error(500)],
                Extra = m => $",\"fallbacks\":[\"{m}-spare\"]",
            },
        ];

    private static IEnumerable<Scenario> Refusals =>
        [
            new(
                "refused: unknown model",
                CallOutcome.Rejected,
                "Nobody serves the model.",
                _ => Facts.RefusedAtTheDoor(404)
            )
            {
                Model = _ => "nobodys",
            },
            new(
                "refused: forbidden model",
                CallOutcome.Rejected,
                "The key may call other models only.",
                _ => Facts.RefusedAtTheDoor(403)
            )
            {
                IsKeyNarrow = true,
            },
            new("refused: bad JSON", CallOutcome.Rejected, "The body breaks off.", _ => Facts.RefusedAtTheDoor(400))
            {
                IsBodyBroken = true,
            },
            new(
                "refused: request",
                CallOutcome.Rejected,
                "A pre-call hook refuses.",
                _ =>
                    Facts.NothingSent with
                    {
                        Status = 403,
                        Stage = "shape",
                        Shaped = 0,
                        Moderated = 0,
                        IsToldFailure = true,
                    }
            )
            {
                Setup = Setup.RefusesRequest,
            },
            new(
                "refused: moderation",
                CallOutcome.Rejected,
                "A moderation hook refuses while the provider is at work.",
                _ => Facts.Failed(403) with { Stage = "moderate" }
            )
            {
                Setup = Setup.RefusesBeside,
                Replies = [Silence],
            },
            new(
                "refused: answer",
                CallOutcome.Rejected,
                "A post-call hook refuses the answer, or of a stream the first chunk.",
                o =>
                    o.Stream
                        ? Facts.Cut(o) with
                        {
                            Status = 403,
                            Stage = "answer",
                            FailedTries = 1,
                            ProviderChunks = Chunks.First,
                            ShownChunks = Chunks.First,
                            IsToldFailure = true,
                        }
                        : Facts.Answered with
                        {
                            Status = 403,
                            Stage = "answer",
                            IsToldFailure = true,
                        }
            )
            {
                Setup = Setup.RefusesAnswer,
            },
        ];

    private static IEnumerable<Scenario> ProviderErrors =>
        from status in new[] { 400, 401, 429, 500 }
        select new Scenario(
            string.Create(CultureInfo.InvariantCulture, $"failed: {status}"),
            CallOutcome.UpstreamFailed,
            string.Create(CultureInfo.InvariantCulture, $"The provider answers with {status}."),
            _ => Facts.Failed(status) with { Replied = 1, RateLimits = status == 429 ? 1 : 0, Cost = CostStatus.Free }
        )
        {
            Replies = [FakeReply.Error(status)],
        };

    private static IEnumerable<Scenario> Failures =>
        [
            new("timed out", CallOutcome.TimedOut, "The provider is silent for too long.", _ => Facts.Failed(408))
            {
                Replies = [Silence],
                Setup = Setup.TimesOut,
            },
            new(
                "failed: half-way",
                CallOutcome.UpstreamFailed,
                "The provider reports an error in mid-stream.",
                o => Facts.Cut(o) with { FailedTries = 1, IsToldFailure = true }
            )
            {
                Replies = [FakeReply.Mock(new MockOptions { Response = Stage.Answer, FailAfterChunks = 3 })],
                FailsInMidStream = true,
                IsForStreams = true,
            },
        ];

    private static IEnumerable<Scenario> Departures =>
        [
            new("left", CallOutcome.ClientAborted, "The client leaves while the provider is silent.", _ => Facts.Gone)
            {
                Replies = [Silence],
                Leaving = Leaving.Before,
            },
            new(
                "left: half-way",
                CallOutcome.ClientAborted,
                "The client leaves in mid-stream: the provider's connection is closed.",
                Facts.Cut
            )
            {
                Replies = [Stall],
                Leaving = Leaving.Half,
                IsForStreams = true,
            },
            new(
                "left: half-way, drained",
                CallOutcome.ClientAborted,
                "The client leaves in mid-stream, and the stream is read on for the bill.",
                _ => Facts.Answered
            )
            {
                Replies = [Stall],
                Model = m => $"{m}-drained",
                Leaving = Leaving.HalfAndOn,
                IsForStreams = true,
            },
            new("terminated", CallOutcome.Terminated, "The gateway ends while the provider is silent.", _ => Facts.Gone)
            {
                Setup = Setup.Stopped,
                Replies = [Silence],
            },
        ];

    private static FakeReply Silence => FakeReply.Mock() with { DelayHeaders = Timeout.InfiniteTimeSpan };

    // Some events of either wire, and not all.
    private static FakeReply Stall =>
        FakeReply.Mock(new MockOptions { Response = Stage.Answer }) with
        {
            StallAfterBytes = 800,
        };
}
