using Callgate.Wire;

namespace Callgate.ExitProgram;

/// <summary>Appends a line per event, late: a program that does not wait for it loses it.</summary>
internal sealed class FileObserver(string file) : CustomLogger
{
    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => AppendAsync(call);

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => AppendAsync(call);

    private async ValueTask AppendAsync(CallDetails call)
    {
        await Task.Delay(30);
        await File.AppendAllTextAsync(file, $"{call.Outcome}\n");
    }
}
