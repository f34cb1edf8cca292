namespace Callgate.Calls;

/// <summary>Fires the hooks around an attempt.</summary>
internal static class DeploymentHooks
{
    public static async ValueTask<IReadOnlyList<Deployment>> FilterAsync(
        Call call,
        string group,
        IReadOnlyList<Deployment> deployments,
        CancellationToken cancellationToken
    )
    {
        foreach (var registration in call.Callbacks.With(Hooks.FilterDeploymentsAsync))
        {
            var context = new FilterDeploymentsContext
            {
                Model = group,
                HealthyDeployments = deployments,
                Request = call.Request,
                LitellmCallId = call.Id,
                CallType = call.Kind.CallType,
                Metadata = call.Options.Metadata,
                Items = call.Items,
            };
            IReadOnlyList<Deployment>? narrowed = null;
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.FilterDeploymentsAsync,
                    context,
                    async (handler, c, token) =>
                    {
                        var returned = await handler.FilterDeploymentsAsync(c, token).ConfigureAwait(false);
                        // Copied: a list of the user's own may change, or fail, when it is read again.
                        List<Deployment>? copy = returned is null ? null : [.. returned];
                        narrowed =
                            copy?.TrueForAll(c.HealthyDeployments.Contains) == true
                                ? copy
                                : throw new InvalidOperationException(
                                    "The hook returned deployments that it was not given, or null."
                                );
                        return default;
                    },
                    HookDecisions.Continue,
                    typeof(void),
                    cancellationToken
                )
                .ConfigureAwait(false);
            HookRunner.Accept<object>(call, "route", result);
            // A hook that failed, and may, leaves the list as it was.
            deployments = narrowed ?? deployments;
        }

        return deployments;
    }

    /// <summary>The last look at the deployment, and the last change of the request.</summary>
    public static async ValueTask BeforeAsync(Call call, Attempt attempt, CancellationToken cancellationToken)
    {
        if (call.Callbacks.Has(Hooks.PreCallCheckAsync))
        {
            var context = Fill(call, new PreCallCheckContext { Deployment = attempt.Target.Deployment });
            foreach (var registration in call.Callbacks.With(Hooks.PreCallCheckAsync))
            {
                var result = await HookRunner
                    .RunAsync(
                        call,
                        registration,
                        Hooks.PreCallCheckAsync,
                        context,
                        static (handler, c, token) => handler.PreCallCheckAsync(c, token),
                        HookDecisions.Reject,
                        typeof(void),
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                HookRunner.Accept<object>(call, "attempt", result);
            }
        }

        if (!call.Callbacks.Has(Hooks.PreCallDeploymentHookAsync))
        {
            return;
        }

        foreach (var registration in call.Callbacks.With(Hooks.PreCallDeploymentHookAsync))
        {
            var context = Fill(
                call,
                new PreCallDeploymentContext { Request = attempt.Request, Deployment = attempt.Target.Deployment }
            );
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.PreCallDeploymentHookAsync,
                    context,
                    static (handler, c, token) => handler.PreCallDeploymentHookAsync(c, token),
                    HookDecisions.Replace | HookDecisions.Reject,
                    attempt.Request.GetType(),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (HookRunner.Accept<Wire.LlmRequest>(call, "attempt", result) is { } changed)
            {
                attempt.Request = changed;
            }
        }
    }

    /// <summary>A unary answer, before it is kept and given.</summary>
    public static async ValueTask<LlmResponse> AfterSuccessAsync(
        Call call,
        Attempt attempt,
        LlmResponse response,
        CancellationToken cancellationToken
    )
    {
        foreach (var registration in call.Callbacks.With(Hooks.PostCallSuccessDeploymentHookAsync))
        {
            var context = Fill(
                call,
                new PostCallSuccessDeploymentContext
                {
                    Request = attempt.Request,
                    Deployment = attempt.Target.Deployment,
                    Response = response.Typed,
                }
            );
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.PostCallSuccessDeploymentHookAsync,
                    context,
                    static (handler, c, token) => handler.PostCallSuccessDeploymentHookAsync(c, token),
                    HookDecisions.Replace | HookDecisions.Reject,
                    response.Typed.GetType(),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (HookRunner.Accept<LlmResponse>(call, "answer", result) is { } changed)
            {
                response = changed;
            }
        }

        return response;
    }

    /// <summary>A chunk, before it is given.</summary>
    public static async ValueTask<Wire.ChatChunk> OnChunkAsync(
        Call call,
        Attempt attempt,
        Wire.ChatChunk chunk,
        CancellationToken cancellationToken
    )
    {
        foreach (var registration in call.Callbacks.With(Hooks.PostCallStreamingDeploymentHookAsync))
        {
            var context = Fill(
                call,
                new PostCallStreamingDeploymentContext
                {
                    Request = attempt.Request,
                    Deployment = attempt.Target.Deployment,
                    Chunk = chunk,
                }
            );
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.PostCallStreamingDeploymentHookAsync,
                    context,
                    static (handler, c, token) => handler.PostCallStreamingDeploymentHookAsync(c, token),
                    HookDecisions.Replace | HookDecisions.Reject,
                    typeof(Wire.ChatChunk),
                    cancellationToken
                )
                .ConfigureAwait(false);
            chunk = HookRunner.Accept<Wire.ChatChunk>(call, "answer", result) ?? chunk;
        }

        return chunk;
    }

    /// <summary>An attempt that failed. Whatever the hook does, the outcome stays.</summary>
    public static async ValueTask AfterFailureAsync(Call call, Attempt attempt, Exception failure, CallClock clock)
    {
        if (!call.Callbacks.Has(Hooks.PostCallFailureDeploymentHookAsync) || call.IsClosed || clock.IsCallerCancelled)
        {
            return;
        }

        var context = Fill(
            call,
            new PostCallFailureDeploymentContext
            {
                Request = attempt.Request,
                Deployment = attempt.Target.Deployment,
                Exception = failure,
                FallbackDepth = attempt.FallbackDepth,
            }
        );
        foreach (var registration in call.Callbacks.With(Hooks.PostCallFailureDeploymentHookAsync))
        {
            await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.PostCallFailureDeploymentHookAsync,
                    (handler, token) => handler.PostCallFailureDeploymentHookAsync(context, token),
                    // Not the clock's: the call's time may be spent, and the hook has a deadline of its own.
                    clock.CallerToken
                )
                .ConfigureAwait(false);
        }
    }

    public static T Fill<T>(Call call, T context)
        where T : HookContext =>
        (T)(
            context with
            {
                LitellmCallId = call.Id,
                CallType = call.Kind.CallType,
                Metadata = call.Options.Metadata,
                Items = call.Items,
            }
        );
}
