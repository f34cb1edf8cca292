using Callgate.Wire;

namespace Callgate.Host.Demo;

/// <summary>The demo's handler: shows each event as it comes. Only the observers' events tell it anything; the closing table too is made of them.</summary>
internal sealed class DemoLogger(DemoScreen screen, DemoTable table) : CustomLogger
{
    // Events come one at a time, so nothing here needs a lock.
    private int _chunks;
    private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the next call has ended. A stream that is broken off ends a moment later than its client thinks.</summary>
    public Task NextEnd => _ended.Task;

    /// <summary>What a call is to show: its tag, if it has one.</summary>
    public static string WhatOf(CallDetails call) => call.Tags is [var tag, ..] ? tag : call.CallType;

    public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call)
    {
        var attempt = call.Attempts[^1];
        var why = attempt.Reason == "first" ? "" : $" ({attempt.Reason})";
        screen.Event("pre-call", $"{attempt.CustomLlmProvider} {attempt.Model}{why}, sends:");
        screen.Json(call.AdditionalArgs.CompleteInput);
    }

    public override void LogPostApiCall(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    )
    {
        var reply = call.OriginalResponse is { } body ? $"{body.Length} characters" : "a stream";
        screen.Event("post-call", $"HTTP {call.Attempts[^1].StatusCode}, {reply}");
    }

    public override void LogStreamEvent(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => _chunks++;

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    )
    {
        Chunks();
        screen.Success(Figures(call, endTime - startTime));
        End(call, endTime - startTime);
    }

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    )
    {
        Chunks();
        var why =
            call.Rejection is { } rejection ? $"Rejected, {rejection.Reason.TrimEnd('.')}"
            : call.Outcome is CallOutcome.UpstreamFailed ? call.Exception!.GetType().Name
            : call.Outcome.ToString();
        screen.Failure($"{why}, {Figures(call, endTime - startTime)}");
        End(call, endTime - startTime);
    }

    public override ValueTask LogSuccessFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    )
    {
        screen.Event("fallback", $"{call.Model} answers in place of {originalModelGroup}");
        return default;
    }

    private void End(CallDetails call, TimeSpan duration)
    {
        table.Add(call, duration);
        var ended = _ended;
        _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ended.SetResult();
    }

    private void Chunks()
    {
        if (_chunks > 0)
        {
            screen.Event("stream", $"{_chunks} chunks");
            _chunks = 0;
        }
    }

    private static string Figures(CallDetails call, TimeSpan duration) =>
        $"{call.Usage.PromptTokens} + {call.Usage.CompletionTokens} tokens, {DemoTable.Dollars(call)}, {DemoTable.Milliseconds(duration)}"
        + (call.CacheHit ? ", from the cache" : "");
}
