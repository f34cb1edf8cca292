using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// Answers unary chat calls by further calls, for as long as a handler wants to: each answer goes to the handler that
/// planned its call, then all are asked in order for a plan, then the call ends, and the plan's request is the next
/// call. What the last one answers is what the caller gets.
/// </summary>
internal sealed class AgenticLoop
{
    // In order; each is cleaned up after once.
    private readonly List<Registration> _begun = [];
    private readonly HashSet<string> _fingerprints = new(StringComparer.Ordinal);
    private readonly ClientRuntime _runtime;
    private readonly CallOptions _options;
    private Call _call;
    private (Registration Handler, AgenticLoopPlan Plan)? _current;
    private (Registration Handler, AgenticLoopPlan Plan)? _next;
    private string _stopReason = "completed";

    /// <summary>Whether the answer that was looked at last is to be answered by another call, so that no caller gets it.</summary>
    public bool IsGoingOn => _next is not null;

    private AgenticLoop(Call first)
    {
        _call = first;
        _runtime = first.Runtime;
        _options = first.Options;
        first.Loop = this;
    }

    public static bool MayBegin(Call call) =>
        call.Callbacks.Has(Hooks.ShouldRunAgenticLoopAsync)
        && call.Request is ChatRequest
        && call.Runtime.Options.MaxAgenticLoops > 0;

    /// <summary>The call, and whatever calls follow from it.</summary>
    public static async ValueTask<LlmResponse> RunAsync(Call first, CancellationToken cancellationToken)
    {
        var loop = new AgenticLoop(first);
        Exception? failure = null;
        try
        {
            while (true)
            {
                var response = await loop
                    ._runtime.Pipeline.CompleteAsync(loop._call, cancellationToken)
                    .ConfigureAwait(false);
                if (loop._next is null)
                {
                    return response;
                }

                loop.Advance();
            }
        }
        catch (Exception exception)
        {
            failure = exception;
            loop._stopReason = "failed";
            throw;
        }
        finally
        {
            await loop.CleanUpAsync(failure).ConfigureAwait(false);
        }
    }

    /// <summary>Step 7 of each of the loop's calls, while it is open: its event tells what the hooks did.</summary>
    public async ValueTask<LlmResponse> OnAnswerAsync(
        Call call,
        LlmResponse answer,
        CancellationToken cancellationToken
    )
    {
        var given = answer.Typed;
        var response = (ChatCompletion)given;
        _next = null;
        if (_current is { } current)
        {
            response = await AgenticHooks
                .AfterRerunAsync(call, current.Handler, current.Plan, response, cancellationToken)
                .ConfigureAwait(false);
        }

        var context = DeploymentHooks.Fill(
            call,
            new AgenticLoopContext
            {
                Request = (ChatRequest)call.Request,
                Response = response,
                Depth = call.AgenticLoopDepth,
            }
        );
        string? fingerprint = null;
        foreach (var handler in call.Callbacks.With(Hooks.ShouldRunAgenticLoopAsync))
        {
            if (
                !await AgenticHooks
                    .AskAsync(
                        call,
                        handler,
                        Hooks.ShouldRunAgenticLoopAsync,
                        context,
                        static (h, c, token) => h.ShouldRunAgenticLoopAsync(c, token),
                        cancellationToken
                    )
                    .ConfigureAwait(false)
            )
            {
                continue;
            }

            if (!_begun.Contains(handler))
            {
                _begun.Add(handler);
            }

            fingerprint ??= ToolCallFingerprint.Of(response);
            // Before the plan, as the making of one may run the tools.
            if (GuardedBy(call, fingerprint) is { } guard)
            {
                _stopReason = guard;
                break;
            }

            var plan = await AgenticHooks
                .AskAsync(
                    call,
                    handler,
                    Hooks.BuildAgenticLoopPlanAsync,
                    context,
                    static (h, c, token) => h.BuildAgenticLoopPlanAsync(c, token),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (plan?.ResponseOverride is { } substitute)
            {
                _stopReason = plan.StopReason ?? "response_override";
                return substitute;
            }

            if (plan is { Terminate: true })
            {
                _stopReason = plan.StopReason ?? "terminated";
                break;
            }

            if (plan is { RunAgenticLoop: true })
            {
                _next = (handler, plan);
                _fingerprints.Add(fingerprint);
                break;
            }
        }

        return ReferenceEquals(response, given) ? answer : response;
    }

    private void Advance()
    {
        _current = _next;
        var plan = _next!.Value.Plan;
        _call = new Call(
            _runtime,
            plan.Request ?? _call.Request,
            _options with
            {
                TraceId = _call.TraceId,
                Metadata = CallMetadata.With(_call.Options.Metadata, plan.Metadata),
                // The cache would give the same answer for the same request.
                Cache = plan.Request is null ? _options.Cache with { NoCache = true } : _options.Cache,
            },
            _call.Kind
        )
        {
            Loop = this,
            Gateway = GatewayOf(_call),
            AgenticLoopDepth = _call.AgenticLoopDepth + 1,
            Items = _call.Items,
        };
    }

    // A rerun is made of another request than the client's own bytes.
    private static GatewayCall? GatewayOf(Call call)
    {
        call.Gateway?.Changed();
        return call.Gateway;
    }

    private async ValueTask CleanUpAsync(Exception? failure)
    {
        foreach (var handler in _begun)
        {
            await AgenticHooks
                .CleanUpAsync(
                    _call,
                    handler,
                    new AgenticLoopCleanupContext
                    {
                        Depth = _call.AgenticLoopDepth,
                        StopReason = _stopReason,
                        Exception = failure,
                    }
                )
                .ConfigureAwait(false);
        }
    }

    private string? GuardedBy(Call call, string fingerprint) =>
        fingerprint.Length > 0 && _fingerprints.Contains(fingerprint) ? "repeated_tool_calls"
        : call.AgenticLoopDepth >= _runtime.Options.MaxAgenticLoops ? "max_loops"
        : null;
}
