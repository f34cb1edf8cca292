namespace Callgate.Conformance.Handlers;

/// <summary>Remembers the calls of callback functions, which stand in lists of their own.</summary>
internal sealed class Functions : Recorder
{
    public const string Input = "InputCallbacks";
    public const string Success = "SuccessCallbacks";
    public const string Failure = "FailureCallbacks";

    public void AddTo(LlmClient client)
    {
        client.InputCallbacks.Add(call => Note(call, Input));
        client.SuccessCallbacks.Add((call, _, _, _) => Note(call, Success));
        client.FailureCallbacks.Add((call, _, _, _) => Note(call, Failure));
    }
}
