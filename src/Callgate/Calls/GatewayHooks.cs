using System.Text.Json;
using Callgate.Formats;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Fires the hooks that only the gateway has: around the request, and around the answer on its way to the client.</summary>
internal static class GatewayHooks
{
    /// <summary>What needs the request as a typed object, rather than as bytes.</summary>
    private const Hooks Readers =
        Hooks.PreCallHookAsync
        | Hooks.ModerationHookAsync
        | Hooks.GetChatCompletionPromptAsync
        | Hooks.FilterDeploymentsAsync
        | Hooks.PreCallDeploymentHookAsync
        | Hooks.AgenticLoop;

    /// <summary>2. Shape: the client's request, changed, refused, or answered by a hook, which then is given back.</summary>
    public static async ValueTask<LlmResponse?> ShapeAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.AgenticLoopDepth > 0)
        {
            return null;
        }

        if (call.Callbacks.Has(Readers) || call.Runtime.Options.Cache is not null)
        {
            ReadRequest(call);
        }

        if (
            call.Callbacks.Has(Hooks.PreCallHookAsync)
            && await PreCallAsync(call, cancellationToken).ConfigureAwait(false) is { } answer
        )
        {
            return answer;
        }

        if (call.Callbacks.Has(Hooks.PreRequestHookAsync) && call.Gateway!.Format is MessagesFormat)
        {
            ReadRequest(call);
            await PreRequestAsync(call, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private static async ValueTask<LlmResponse?> PreCallAsync(Call call, CancellationToken cancellationToken)
    {
        foreach (var registration in call.Callbacks.With(Hooks.PreCallHookAsync))
        {
            var data = call.Request;
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.PreCallHookAsync,
                    Fill(call, new PreCallContext { Data = data }),
                    static (handler, c, token) => handler.PreCallHookAsync(c, token),
                    HookDecisions.Replace | HookDecisions.Reject | HookDecisions.Answer,
                    data.GetType(),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (result.Decision == HookDecision.Answer)
            {
                return (LlmResponse)result.Value!;
            }

            if (HookRunner.Accept<LlmRequest>(call, "shape", result) is { } changed)
            {
                Take(call, data, changed);
            }
        }

        return null;
    }

    private static async ValueTask PreRequestAsync(Call call, CancellationToken cancellationToken)
    {
        foreach (var registration in call.Callbacks.With(Hooks.PreRequestHookAsync))
        {
            var data = call.Request;
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.PreRequestHookAsync,
                    Fill(call, new PreRequestContext { Data = data }),
                    async (handler, c, token) =>
                    {
                        var given = await handler.PreRequestHookAsync(c, token).ConfigureAwait(false);
                        // LiteLLM's may turn a stream into a whole answer, which its client then can't read.
                        return
                            given is { Decision: HookDecision.Replace, Value: ChatRequest { Stream: { } stream } }
                            && stream != call.Kind.IsStream
                            && stream != ((ChatRequest)c.Data).Stream
                            ? throw new InvalidOperationException(
                                "The hook changed 'stream', which is the client's to say."
                            )
                            : given;
                    },
                    HookDecisions.Replace | HookDecisions.Reject,
                    data.GetType(),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (HookRunner.Accept<LlmRequest>(call, "shape", result) is { } changed)
            {
                Take(call, data, changed);
            }
        }
    }

    /// <summary>Puts what a hook has made of the request in its place.</summary>
    public static void Take(Call call, LlmRequest data, LlmRequest changed)
    {
        if (call.Gateway is not { } gateway)
        {
            call.Request = changed;
            return;
        }

        // Where only the model is another, the client's bytes go on as they are.
        if (changed with { Model = data.Model } == data)
        {
            call.RouteTo(changed.Model);
            return;
        }

        call.Request = OwnFieldsReader.Consume(call, changed);
        gateway.Changed();
    }

    /// <summary>The client's request, read into the common tongue.</summary>
    /// <exception cref="LlmBadRequestException">It is not of its format.</exception>
    public static LlmRequest ReadRequest(Call call)
    {
        if (call.Gateway!.Body is not { } body)
        {
            return call.Request;
        }

        try
        {
            body.ReadRequest();
            return call.Request;
        }
        catch (LlmException refused)
        {
            call.Rejection = new Rejection("shape", refused.Message);
            throw;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Failures.Refused(
                call,
                "shape",
                LlmErrorKind.BadRequest,
                $"The body is no valid {body.Format.Name} request{PathOf(e)}.",
                "invalid_request"
            );
        }
    }

    // Not the parser's own words: they may quote the body.
    private static string PathOf(Exception e) =>
        e is JsonException { Path: { Length: > 1 } path } ? $": see {SafeText.Line(path)}" : "";

    /// <summary>3. Moderate: looks at the request beside the steps that answer it; both must be through before the client gets anything.</summary>
    public static async ValueTask<T> ModeratedAsync<T>(Call call, CallClock clock, ValueTask<T> answering)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(clock.CallerToken);
        var moderation = ModerateAsync(call, clock, stop.Token);
        IChunkSource? stream = null;
        try
        {
            var answer = await answering.ConfigureAwait(false);
            stream = answer as IChunkSource;
            return await moderation.WaitAsync(clock.Token).ConfigureAwait(false) is { } refusal
                ? throw refusal
                : answer;
        }
        catch
        {
            stream?.Release();
            await stop.CancelAsync().ConfigureAwait(false);
            if (await moderation.ConfigureAwait(false) is { } refusal)
            {
                throw refusal;
            }

            throw;
        }
    }

    /// <summary>Gives back the refusal, and lets nobody pay for an answer that will not be given.</summary>
    private static async Task<Exception?> ModerateAsync(Call call, CallClock clock, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var registration in call.Callbacks.With(Hooks.ModerationHookAsync))
            {
                var result = await HookRunner
                    .RunAsync(
                        call,
                        registration,
                        Hooks.ModerationHookAsync,
                        Fill(call, new ModerationContext { Data = call.Request }),
                        static (handler, c, token) => handler.ModerationHookAsync(c, token),
                        HookDecisions.Reject,
                        typeof(void),
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                HookRunner.Accept<object>(call, "moderate", result);
            }

            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null; // The call has ended in another way.
        }
        catch (RejectException refusal)
        {
            clock.Abort("The call was refused by a moderation hook before its answer.");
            return refusal;
        }
    }

    /// <summary>7. Answer, unary: hooks may change it, and add headers.</summary>
    public static async ValueTask<LlmResponse> AnswerAsync(
        Call call,
        LlmResponse response,
        CancellationToken cancellationToken
    )
    {
        if (call.Callbacks.Has(Hooks.PostCallSuccessHookAsync))
        {
            response = response with { HiddenParams = Settlement.HiddenOf(call) };
            foreach (var registration in call.Callbacks.With(Hooks.PostCallSuccessHookAsync))
            {
                var given = response.Typed;
                var result = await HookRunner
                    .RunAsync(
                        call,
                        registration,
                        Hooks.PostCallSuccessHookAsync,
                        Fill(call, new PostCallContext { Data = call.Request, Response = given }),
                        static (handler, c, token) => handler.PostCallSuccessHookAsync(c, token),
                        HookDecisions.Replace | HookDecisions.Reject,
                        given.GetType(),
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                if (HookRunner.Accept<LlmResponse>(call, "answer", result) is { } changed)
                {
                    NoteHeaders(call, given, changed);
                    // With other headers alone, the provider's bytes still are the answer.
                    response = changed with { HiddenParams = given.HiddenParams } == given ? response : changed;
                }
            }
        }

        await AddHeadersAsync(call, response, cancellationToken).ConfigureAwait(false);
        return response;
    }

    private static void NoteHeaders(Call call, LlmResponse before, LlmResponse after)
    {
        foreach (var (name, value) in after.HiddenParams.AdditionalHeaders)
        {
            if (
                !before.HiddenParams.AdditionalHeaders.TryGetValue(name, out var old)
                || !string.Equals(old, value, StringComparison.Ordinal)
            )
            {
                call.Gateway!.AddResponseHeader(name, value);
            }
        }
    }

    /// <summary>7. Answer, streamed: the source as the client is to see it.</summary>
    public static async ValueTask<IChunkSource> WrapAsync(Call call, IChunkSource source, CallClock clock)
    {
        try
        {
            await AddHeadersAsync(call, null, clock.Token).ConfigureAwait(false);
        }
        catch
        {
            source.Release();
            throw;
        }

        return call.Callbacks.Has(Hooks.PostCallStreamingIteratorHook | Hooks.PostCallStreamingHookAsync)
            ? new HookedSource(call, source)
            : source;
    }

    /// <summary>7. Answer, a chunk of a stream.</summary>
    public static async ValueTask<ChatChunk> OnChunkAsync(
        Call call,
        ChatChunk chunk,
        CancellationToken cancellationToken
    )
    {
        foreach (var registration in call.Callbacks.With(Hooks.PostCallStreamingHookAsync))
        {
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.PostCallStreamingHookAsync,
                    Fill(call, new StreamChunkContext { Data = call.Request, Chunk = chunk }),
                    static (handler, c, token) => handler.PostCallStreamingHookAsync(c, token),
                    HookDecisions.Replace | HookDecisions.Reject,
                    typeof(ChatChunk),
                    cancellationToken
                )
                .ConfigureAwait(false);
            chunk = HookRunner.Accept<ChatChunk>(call, "answer", result) ?? chunk;
        }

        return chunk;
    }

    /// <summary>7. Answer, a failure: hooks may give it another status and other words. Nobody is told of a client's own leaving.</summary>
    public static async ValueTask FailureAsync(Call call, Exception exception, CallClock clock)
    {
        if (call.IsClosed || clock.IsCallerCancelled)
        {
            return;
        }

        var original = exception;
        var rejection = call.Rejection;
        try
        {
            foreach (var registration in call.Callbacks.With(Hooks.PostCallFailureHookAsync))
            {
                var result = await HookRunner
                    .RunAsync(
                        call,
                        registration,
                        Hooks.PostCallFailureHookAsync,
                        Fill(call, new PostCallFailureContext { Data = call.Request, OriginalException = original }),
                        static (handler, c, token) => handler.PostCallFailureHookAsync(c, token),
                        HookDecisions.Reject,
                        typeof(void),
                        clock.CallerToken,
                        byDefault: OnHookFailure.Allow
                    )
                    .ConfigureAwait(false);
                if (result is { Decision: HookDecision.Reject, Value: RejectException reworded })
                {
                    call.Gateway!.ShownFailure = reworded;
                }
            }

            await AddHeadersAsync(call, null, clock.CallerToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client has gone meanwhile.
        }
        catch (RejectException refused)
        {
            // The client is told so; what the call failed of stays what it was.
            call.Gateway!.ShownFailure = refused;
            call.Rejection = rejection;
        }
    }

    private static async ValueTask AddHeadersAsync(
        Call call,
        LlmResponse? response,
        CancellationToken cancellationToken
    )
    {
        if (!call.Callbacks.Has(Hooks.PostCallResponseHeadersHookAsync) || call.Gateway!.HasHeaders)
        {
            return;
        }

        call.Gateway.HasHeaders = true;
        var context = Fill(
            call,
            new ResponseHeadersContext
            {
                Data = call.Request,
                Response = response?.Typed,
                RequestHeaders = call.Gateway.RequestHeaders,
                CustomLlmProvider = call.Attempt?.Target.ProviderName,
                ModelId = call.Attempt?.Target.Deployment.Id,
                ApiBase = call.Attempt?.Target.ApiBase,
            }
        );
        foreach (var registration in call.Callbacks.With(Hooks.PostCallResponseHeadersHookAsync))
        {
            Dictionary<string, string>? added = null;
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.PostCallResponseHeadersHookAsync,
                    context,
                    async (handler, c, token) =>
                    {
                        var given = await handler.PostCallResponseHeadersHookAsync(c, token).ConfigureAwait(false);
                        // Copied: a dictionary of the user's own may fail when it is read.
                        added = given is null ? null : new(given, StringComparer.OrdinalIgnoreCase);
                        return default;
                    },
                    HookDecisions.Continue,
                    typeof(void),
                    cancellationToken,
                    byDefault: OnHookFailure.Allow
                )
                .ConfigureAwait(false);
            HookRunner.Accept<object>(call, "answer", result);
            foreach (var (name, value) in added ?? [])
            {
                call.Gateway.AddResponseHeader(name, value);
            }
        }
    }

    public static T Fill<T>(Call call, T context)
        where T : GatewayHookContext =>
        (T)(DeploymentHooks.Fill(call, context) with { UserApiKey = call.Gateway!.UserApiKey });
}
