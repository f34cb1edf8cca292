namespace Callgate.Sinks;

/// <summary>Writes a line per call to standard output: model, outcome, tokens, cost, time.</summary>
internal sealed class ConsoleLogger : CustomLogger
{
    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Write(call, startTime, endTime);

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Write(call, startTime, endTime);

    private static void Write(CallDetails call, DateTimeOffset startTime, DateTimeOffset endTime) =>
        Console.WriteLine(
            FormattableString.Invariant(
                $"{startTime:HH:mm:ss.fff} {call.CallType} {call.Model} {call.Outcome} {call.Usage.PromptTokens}+{call.Usage.CompletionTokens} tokens ${call.ResponseCost ?? 0} ({call.Cost?.Status}) {(endTime - startTime).TotalMilliseconds:F0} ms"
            )
        );
}
