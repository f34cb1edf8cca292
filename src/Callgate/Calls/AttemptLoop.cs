using System.Runtime.CompilerServices;
using Callgate.Formats.Native;
using Callgate.Providers;

namespace Callgate.Calls;

/// <summary>Steps 5 and 6: chooses deployments and tries them until one answers, by retries and fallbacks.</summary>
internal static class AttemptLoop
{
    /// <summary>Sends an attempt and reads what it promises: a whole answer, or the beginning of a stream.</summary>
    public delegate ValueTask<T> Send<T>(Call call, Attempt attempt, ProviderRequest request, CallClock clock);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<T> RunAsync<T>(Call call, CallClock clock, Send<T> send)
    {
        var runtime = call.Runtime;
        var original = call.Model;
        List<(string Model, string Reason)> plan = [(original, "first")];
        Exception? first = null;
        for (var i = 0; ; i++)
        {
            try
            {
                var answer = await TryGroupAsync(call, clock, send, plan[i].Model, plan[i].Reason, i)
                    .ConfigureAwait(false);
                if (first is not null)
                {
                    CallEvents.LogRouting(call, ObserverEventKind.SuccessFallback, original, first);
                }

                return answer;
            }
            catch (LlmException failure) when (failure is not RejectException && call.Rejection is null)
            {
                if (first is null)
                {
                    first = failure;
                    var (models, reason) = runtime.Router.FallbacksFor(original, failure, call.Options);
                    plan.AddRange(
                        models.Where(m => m != original).Distinct(StringComparer.Ordinal).Select(m => (m, reason))
                    );
                }
                else
                {
                    CallEvents.LogRouting(call, ObserverEventKind.FailureFallback, original, failure);
                }

                if (i + 1 == plan.Count || IsOver(call, clock))
                {
                    throw;
                }

                clock.Renew();
            }
        }
    }

    // 5. Route: a deployment of the group, and after a failure that a further try may cure, another.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<T> TryGroupAsync<T>(
        Call call,
        CallClock clock,
        Send<T> send,
        string group,
        string reason,
        int fallbackDepth
    )
    {
        var runtime = call.Runtime;
        var deployments = await FilterAsync(call, group, runtime.Router.GroupOf(group), clock).ConfigureAwait(false);
        var retries = call.Options.NumRetries ?? runtime.Options.NumRetries;
        var home = call.Gateway?.Body is { } body ? body.Format.HomeOf(body) : null;
        List<Deployment> tried = [];
        for (var failures = 0; ; failures++)
        {
            var deployment = runtime.Router.Pick(deployments, tried, home);
            try
            {
                return await AttemptAsync(call, clock, send, group, reason, deployment, fallbackDepth)
                    .ConfigureAwait(false);
            }
            catch (LlmException failure) when (failure is not RejectException && call.Rejection is null)
            {
                tried.Add(deployment);
                runtime.Router.NoteFailure(deployment, failure);
                if (failure.Kind == LlmErrorKind.RateLimit && deployments.Count == 1)
                {
                    CallEvents.LogRouting(call, ObserverEventKind.RateLimit, group, failure);
                }

                var others = deployments.Any(d => !tried.Contains(d));
                if (
                    failures >= retries
                    || IsOver(call, clock)
                    || !(failure.IsRetryable || others && IsTheDeploymentsFault(failure))
                )
                {
                    throw;
                }

                if (!others)
                {
                    await Backoff.WaitAsync(runtime.Options, failures, failure, clock).ConfigureAwait(false);
                }

                clock.Renew();
                reason = "retry";
            }
        }
    }

    /// <summary>The call was ended from outside, or its time is spent: a further attempt would never be sent.</summary>
    private static bool IsOver(Call call, CallClock clock) =>
        call.IsClosed || clock.IsAborted || clock.Remaining == TimeSpan.Zero;

    /// <summary>A wrong key or a missing model may be one deployment's alone.</summary>
    private static bool IsTheDeploymentsFault(LlmException failure) =>
        failure.Kind is LlmErrorKind.Authentication or LlmErrorKind.Permission or LlmErrorKind.NotFound;

    // 6. Attempt
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<T> AttemptAsync<T>(
        Call call,
        CallClock clock,
        Send<T> send,
        string group,
        string reason,
        Deployment deployment,
        int fallbackDepth
    )
    {
        var runtime = call.Runtime;
        var target = runtime.Router.Resolve(deployment, call.Options);
        var key = runtime.Router.KeyFor(target, call.Options);
        var attempt = new Attempt(call.Attempts.Count + 1, reason, group, target)
        {
            FallbackDepth = fallbackDepth,
            StartTime = runtime.Time.GetUtcNow(),
        };
        if (call.Gateway?.Body is { } body)
        {
            attempt.Body = body;
        }
        else
        {
            attempt.Request = call.Request;
        }

        try
        {
            await DeploymentHooks.BeforeAsync(call, attempt, clock.Token).ConfigureAwait(false);
            var revealed = await RevealAsync(key, target, clock).ConfigureAwait(false);
            var request = CreateRequest(
                call,
                attempt,
                new ProviderTarget(
                    target.Model,
                    target.ApiBase,
                    revealed,
                    key?.IsToken ?? false,
                    call.Options.ApiVersion ?? deployment.ApiVersion,
                    call.Kind.IsStream,
                    call.Options.DropParams,
                    deployment.UseChatCompletionsApi
                )
            );
            attempt.Input = new RawText(request.Body);
            attempt.RequestHeaders = request.Headers;
            call.Add(attempt);
            CallEvents.LogPreApiCall(call);
            return await send(call, attempt, request, clock).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var failure = Failures.OfAttempt(exception, attempt, clock);
            attempt.Exception = failure;
            attempt.EndTime = runtime.Time.GetUtcNow();
            await DeploymentHooks.AfterFailureAsync(call, attempt, failure, clock).ConfigureAwait(false);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }
    }

    /// <summary>The client's own bytes where the provider speaks its format, else the request translated.</summary>
    private static ProviderRequest CreateRequest(Call call, Attempt attempt, ProviderTarget target)
    {
        var provider = attempt.Target.Provider!;
        if (
            attempt.Body is { } body
            && provider.Speaks(body.Format, target)
            && body.Format.MayPass(body, attempt.Target.Deployment)
            && NativeReplies.Of(body.Format) is { } replies
        )
        {
            attempt.Replies = replies;
            return provider.PassThrough(
                body.Format,
                body.ForProvider(target.Model),
                target,
                call.Gateway!.FormatHeaders
            );
        }

        var request = attempt.Body is null ? attempt.Request : GatewayHooks.ReadRequest(call);
        call.Gateway?.Format.EnsureTranslatable(request);
        return provider.CreateRequest(request, target);
    }

    private static async ValueTask<string?> RevealAsync(Secret? key, AttemptTarget target, CallClock clock)
    {
        if (key is null)
        {
            return null;
        }

        try
        {
            var token = await key.RevealAsync(clock.Token).ConfigureAwait(false);
            return string.IsNullOrWhiteSpace(token)
                ? throw new InvalidOperationException("The delegate gave an empty token.")
                : token;
        }
        // A delegate's own LlmException says more than we could.
        catch (Exception exception)
            when (exception is not LlmException or RejectException
                && (exception is not OperationCanceledException || !clock.Token.IsCancellationRequested)
            )
        {
            throw LlmException.Create(
                LlmErrorKind.Authentication,
                $"The token for {target.ProviderName} could not be had.",
                new ErrorFacts(Provider: target.ProviderName, Model: target.Model, Code: "token_unavailable"),
                exception
            );
        }
    }

    private static async ValueTask<IReadOnlyList<Deployment>> FilterAsync(
        Call call,
        string group,
        IReadOnlyList<Deployment> deployments,
        CallClock clock
    )
    {
        if (call.Callbacks.Has(Hooks.FilterDeploymentsAsync))
        {
            deployments = await DeploymentHooks
                .FilterAsync(call, group, deployments, clock.Token)
                .ConfigureAwait(false);
        }

        if (deployments.Count > 0)
        {
            return deployments;
        }

        var failure = LlmException.Create(
            LlmErrorKind.ServiceUnavailable,
            $"No deployment is left for the model {Wire.SafeText.Line(group)}.",
            new ErrorFacts(Model: Wire.SafeText.Line(group), Code: "no_deployment", IsRetryable: false)
        );
        CallEvents.LogRouting(call, ObserverEventKind.RateLimit, group, failure);
        throw failure;
    }
}
