using System.Diagnostics;
using Callgate.Calls;

namespace Callgate;

/// <summary>Runs interceptors: deadlines, failures, and the record of what each decided.</summary>
internal static class HookRunner
{
    /// <summary>Runs one interceptor. What comes back is a result that its hook can use.</summary>
    /// <param name="call">The call.</param>
    /// <param name="registration">Whose hook it is.</param>
    /// <param name="hook">Which hook.</param>
    /// <param name="context">What the hook is told.</param>
    /// <param name="invoke">Calls the method.</param>
    /// <param name="allowed">The decisions that make sense for this hook.</param>
    /// <param name="replacement">The type of a replacement; of a request, an answer has to fit it too.</param>
    /// <param name="cancellationToken">The call's own token.</param>
    /// <param name="mayDeny">Whether a failure of the hook may refuse the call.</param>
    /// <param name="byDefault">What a failure of the hook does where its registration doesn't say.</param>
    public static async ValueTask<HookResult> RunAsync<TContext>(
        Call call,
        Registration registration,
        Hooks hook,
        TContext context,
        Func<CustomLogger, TContext, CancellationToken, ValueTask<HookResult>> invoke,
        HookDecisions allowed,
        Type replacement,
        CancellationToken cancellationToken,
        bool mayDeny = true,
        OnHookFailure byDefault = OnHookFailure.Deny
    )
    {
        var start = Stopwatch.GetTimestamp();
        HookResult result;
        string decision;
        try
        {
            result = await InvokeAsync(call, registration, context, invoke, cancellationToken).ConfigureAwait(false);
            if (!IsUsable(result, allowed, replacement))
            {
                throw new InvalidOperationException(
                    $"{hook} returned {result.Decision} of {result.Value?.GetType().Name ?? "null"}, which this hook can't use."
                );
            }

            decision = result.Decision switch
            {
                HookDecision.Continue => "continue",
                HookDecision.Replace => "replace",
                HookDecision.Answer => "answer",
                _ => "reject",
            };
        }
        catch (RejectException rejection)
        {
            result = HookResult.Reject(rejection);
            decision = "reject";
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // What a hook throws is decided on here, by its registration's OnFailure.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.Runtime.Hub.Report(registration.Name, hook.ToString(), exception);
            var onFailure = registration.Options.OnFailure;
            var deny = mayDeny && (onFailure == OnHookFailure.Default ? byDefault : onFailure) == OnHookFailure.Deny;
            result = deny ? HookResult.Reject(Denied(registration, hook)) : default;
            decision = deny ? "failed: denied" : "failed: allowed";
        }

        call.Add(new HookRun(hook.ToString(), registration.Name, decision, Stopwatch.GetElapsedTime(start)));
        return result;
    }

    /// <summary>Runs something of a handler that returns no result, and cannot refuse.</summary>
    public static async ValueTask RunAsync(
        Call call,
        Registration registration,
        Hooks hook,
        Func<CustomLogger, CancellationToken, ValueTask> invoke,
        CancellationToken cancellationToken
    )
    {
        _ = await RunAsync(
                call,
                registration,
                hook,
                invoke,
                static async (handler, call, token) =>
                {
                    await call(handler, token).ConfigureAwait(false);
                    return default;
                },
                HookDecisions.Continue,
                typeof(void),
                cancellationToken,
                mayDeny: false
            )
            .ConfigureAwait(false);
    }

    /// <summary>Takes what a hook decided: the replacement, nothing, or the refusal as an exception.</summary>
    public static T? Accept<T>(Call call, string stage, HookResult result)
        where T : class
    {
        if (result.Decision == HookDecision.Reject)
        {
            var rejection = (RejectException)result.Value!;
            call.Rejection = new Rejection(stage, rejection.Message);
            throw rejection;
        }

        return result.Decision == HookDecision.Replace ? (T)result.Value! : null;
    }

    private static async ValueTask<HookResult> InvokeAsync<TContext>(
        Call call,
        Registration registration,
        TContext context,
        Func<CustomLogger, TContext, CancellationToken, ValueTask<HookResult>> invoke,
        CancellationToken cancellationToken
    )
    {
        using var deadline = new CancellationTokenSource(registration.Options.Deadline, call.Runtime.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var pending = invoke(registration.Handler, context, either.Token);
        if (pending.IsCompletedSuccessfully)
        {
            return pending.Result;
        }

        try
        {
            // A hook that ignores its token is left behind.
            return await pending.AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"The hook took longer than {registration.Options.Deadline}.");
        }
    }

    private static bool IsUsable(HookResult result, HookDecisions allowed, Type replacement) =>
        result.Decision switch
        {
            HookDecision.Continue => true,
            HookDecision.Replace => (allowed & HookDecisions.Replace) != 0
                && replacement.IsInstanceOfType(result.Value),
            HookDecision.Reject => (allowed & HookDecisions.Reject) != 0 && result.Value is RejectException,
            HookDecision.Answer => (allowed & HookDecisions.Answer) != 0 && IsAnswerTo(replacement, result.Value),
            _ => false,
        };

    private static bool IsAnswerTo(Type request, object? answer) =>
        request == typeof(Wire.EmbeddingRequest) ? answer is Wire.EmbeddingResponse : answer is Wire.ChatCompletion;

    public static RejectException Denied(Registration registration, Hooks hook) =>
        new(500, $"The callback {registration.Name} failed in {hook}, and the call was refused for it.");
}

/// <summary>The decisions that make sense for a hook.</summary>
[Flags]
internal enum HookDecisions
{
    Continue = 0,
    Replace = 1,
    Reject = 2,
    Answer = 4,
}
