using Callgate.Wire;

namespace Callgate;

internal enum FunctionEvent
{
    Input,
    Success,
    Failure,
}

/// <summary>A callback function, as a handler that overrides one event's pair.</summary>
internal sealed class FunctionLogger(
    Delegate original,
    FunctionEvent functionEvent,
    Func<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset, ValueTask> function
) : CustomLogger, IHookSource
{
    public Delegate Original => original;

    public Hooks Hooks { get; } =
        functionEvent switch
        {
            FunctionEvent.Input => Hooks.LogPreApiCallAsync,
            FunctionEvent.Success => Hooks.LogSuccessEventAsync,
            _ => Hooks.LogFailureEventAsync,
        };

    public static string NameOf(Delegate function, FunctionEvent functionEvent)
    {
        var method = function.Method;
        // The compiler's names: <Outer>g__Local|0_0 of a local function, as in a top-level program, and <Outer>b__0 of a lambda.
        var local = method.Name.IndexOf(">g__", StringComparison.Ordinal);
        if (local >= 0)
        {
            return method.Name[(local + 4)..].Split('|')[0];
        }

        // A lambda has no name of its own; its enclosing type tells a reader more.
        return method.Name.Contains('<', StringComparison.Ordinal)
            ? $"{functionEvent} function of {method.DeclaringType?.DeclaringType?.Name ?? method.DeclaringType?.Name}"
            : method.Name;
    }

    public override ValueTask LogPreApiCallAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallDetails call,
        CancellationToken cancellationToken
    ) => function(call, null, call.StartTime, call.StartTime);

    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => function(call, response, startTime, endTime);

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => function(call, response, startTime, endTime);
}
