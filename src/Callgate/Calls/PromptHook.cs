using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Fires the hook that builds the prompt.</summary>
internal static class PromptHook
{
    public static async ValueTask RunAsync(Call call, CancellationToken cancellationToken)
    {
        // A rerun's request comes of one that is shaped: a prompt built anew would lose what the loop added.
        if (call.Request is not ChatRequest chat || call.AgenticLoopDepth > 0)
        {
            return;
        }

        var context = new PromptContext
        {
            Request = chat,
            PromptId = call.Options.PromptId,
            PromptVariables = call.Options.PromptVariables,
            LitellmCallId = call.Id,
            CallType = call.Kind.CallType,
            Metadata = call.Options.Metadata,
            Items = call.Items,
        };
        foreach (var registration in call.Callbacks.With(Hooks.GetChatCompletionPromptAsync))
        {
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.GetChatCompletionPromptAsync,
                    context,
                    static (handler, c, token) => handler.GetChatCompletionPromptAsync(c, token),
                    HookDecisions.Replace | HookDecisions.Reject,
                    typeof(ChatRequest),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (result.Decision != HookDecision.Continue)
            {
                if (HookRunner.Accept<LlmRequest>(call, "shape", result) is { } built)
                {
                    GatewayHooks.Take(call, chat, built);
                }

                break;
            }
        }
    }
}
