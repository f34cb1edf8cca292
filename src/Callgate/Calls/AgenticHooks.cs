using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Fires the hooks of an agentic loop.</summary>
internal static class AgenticHooks
{
    /// <summary>Whether to rerun, or how; nothing where the hook fails.</summary>
    public static async ValueTask<T?> AskAsync<T>(
        Call call,
        Registration handler,
        Hooks hook,
        AgenticLoopContext context,
        Func<CustomLogger, AgenticLoopContext, CancellationToken, ValueTask<T?>> ask,
        CancellationToken cancellationToken
    )
    {
        T? said = default;
        var result = await HookRunner
            .RunAsync(
                call,
                handler,
                hook,
                context,
                async (h, c, token) =>
                {
                    said = await ask(h, c, token).ConfigureAwait(false);
                    return default;
                },
                HookDecisions.Continue,
                typeof(void),
                cancellationToken,
                MayDeny(handler)
            )
            .ConfigureAwait(false);
        HookRunner.Accept<object>(call, "answer", result);
        return said;
    }

    /// <summary>A rerun's answer, for the handler that has planned it.</summary>
    public static async ValueTask<ChatCompletion> AfterRerunAsync(
        Call call,
        Registration handler,
        AgenticLoopPlan plan,
        ChatCompletion response,
        CancellationToken cancellationToken
    )
    {
        if (!handler.Has(Hooks.PostAgenticLoopResponseHookAsync))
        {
            return response;
        }

        var result = await HookRunner
            .RunAsync(
                call,
                handler,
                Hooks.PostAgenticLoopResponseHookAsync,
                DeploymentHooks.Fill(
                    call,
                    new AgenticLoopResponseContext
                    {
                        Request = (ChatRequest)call.Request,
                        Response = response,
                        Plan = plan,
                        Depth = call.AgenticLoopDepth,
                    }
                ),
                static (h, c, token) => h.PostAgenticLoopResponseHookAsync(c, token),
                HookDecisions.Replace | HookDecisions.Reject,
                typeof(ChatCompletion),
                cancellationToken,
                MayDeny(handler)
            )
            .ConfigureAwait(false);
        return HookRunner.Accept<ChatCompletion>(call, "answer", result) ?? response;
    }

    /// <summary>The loop's end. Whatever the hook does, the outcome stays.</summary>
    public static async ValueTask CleanUpAsync(Call call, Registration handler, AgenticLoopCleanupContext context)
    {
        if (!handler.Has(Hooks.AgenticLoopCleanupHookAsync))
        {
            return;
        }

        context = DeploymentHooks.Fill(call, context);
        await HookRunner
            .RunAsync(
                call,
                handler,
                Hooks.AgenticLoopCleanupHookAsync,
                (h, token) => h.AgenticLoopCleanupHookAsync(context, token),
                // Not the caller's: what the loop holds is to be released also when the caller is gone.
                CancellationToken.None
            )
            .ConfigureAwait(false);
    }

    /// <summary>Where one fails, the answer is there all the same: it is refused only on the registration's own word.</summary>
    private static bool MayDeny(Registration handler) => handler.Options.OnFailure == OnHookFailure.Deny;
}
