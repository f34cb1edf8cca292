using Callgate.Wire;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>Steers the calls of a setup. Registered after the counter, which so has seen the hook.</summary>
/// <param name="setup">What it does.</param>
/// <param name="wait">Waits until the provider has been asked by a call with this id of the client's.</param>
internal sealed class Steerer(Setup setup, Func<string, Task> wait) : CustomLogger, IHookSource
{
    public const string Words = "Refused by the matrix.";

    public Hooks Hooks =>
        setup switch
        {
            Setup.Answers or Setup.RefusesRequest => Hooks.PreCallHookAsync,
            Setup.RefusesBeside => Hooks.ModerationHookAsync,
            Setup.RefusesAnswer => Hooks.PostCallSuccessHookAsync | Hooks.PostCallStreamingHookAsync,
            _ => Hooks.None,
        };

    public override ValueTask<HookResult> PreCallHookAsync(
        PreCallContext context,
        CancellationToken cancellationToken
    ) =>
        setup == Setup.RefusesRequest ? Reject(403, Words)
        : context.Data is EmbeddingRequest
            ? Answer(new EmbeddingResponse { Data = [new EmbeddingItem { Embedding = new float[] { 0.5f } }] })
        : Answer(
            new ChatCompletion
            {
                Choices = [new Choice { FinishReason = "stop", Message = Message.Assistant(Stage.Answer) }],
            }
        );

    public override async ValueTask<HookResult> ModerationHookAsync(
        ModerationContext context,
        CancellationToken cancellationToken
    )
    {
        await wait((string)context.Metadata["client_call_id"]!);
        return Reject(403, Words);
    }

    public override ValueTask<HookResult> PostCallSuccessHookAsync(
        PostCallContext context,
        CancellationToken cancellationToken
    ) => Reject(403, Words);

    public override ValueTask<HookResult> PostCallStreamingHookAsync(
        StreamChunkContext context,
        CancellationToken cancellationToken
    ) => Reject(403, Words);
}
