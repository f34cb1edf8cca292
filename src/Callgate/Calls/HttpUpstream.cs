using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Callgate.Formats;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Step 6 over HTTP: sends an attempt, and reads its reply whole or opens its stream.</summary>
internal static class HttpUpstream
{
    /// <summary>More than any provider's error, and little enough to read from anybody.</summary>
    private const long MaxErrorBytes = 1 << 20;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<LlmResponse> CompleteAsync(
        Call call,
        Attempt attempt,
        ProviderRequest request,
        CallClock clock
    )
    {
        var runtime = call.Runtime;
        if (attempt.Target.Deployment.Timeout is { } limit)
        {
            clock.Arm("deployment", limit);
        }

        using var reply = await SendAsync(call, attempt, request, clock).ConfigureAwait(false);
        var body = await HttpTransport
            .ReadBodyAsync(reply.Content, runtime.Options.MaxResponseBytes, clock.Token)
            .ConfigureAwait(false);
        // The limit is the provider's: what hooks make of a paid answer has its own.
        clock.Disarm();
        attempt.FirstAnswerTime = runtime.Time.GetUtcNow();
        attempt.RawResponse = new RawText(body);
        CallEvents.LogPostApiCall(call);
        var response = attempt.Replies is null ? Read(attempt, body) : PassThrough(call, attempt, body);
        if (call.Callbacks.Has(Hooks.PostCallSuccessDeploymentHookAsync))
        {
            response = await DeploymentHooks
                .AfterSuccessAsync(call, attempt, response, clock.Token)
                .ConfigureAwait(false);
        }

        attempt.EndTime = runtime.Time.GetUtcNow();
        return response;
    }

    private static LlmResponse Read(Attempt attempt, byte[] body)
    {
        var response = attempt.Target.Provider!.ReadResponse(attempt.Request, body);
        attempt.Usage = WireUsage.Of(attempt.Request, response);
        attempt.ServiceTier = (response as ChatCompletion)?.ServiceTier;
        return response;
    }

    /// <summary>A reply in the client's own format: only what it says of itself is picked out.</summary>
    private static RawResponse PassThrough(Call call, Attempt attempt, byte[] body)
    {
        var facts = attempt.Replies!.Scan(body, attempt.Target.ProviderName, attempt.Target.Model);
        var (replies, provider, request) = (attempt.Replies, attempt.Target.Provider!, attempt.Body!);
        var response = new RawResponse(() => replies.Parse(provider, request, body), NoContent(request.Format))
        {
            Id = facts.Id,
            Model = facts.Model,
            Usage = facts.Usage,
            Bytes = body,
            ModelAt = facts.ModelAt,
        };
        attempt.ServiceTier = facts.ServiceTier;
        attempt.Usage = facts.Usage is { } usage
            ? WireUsage.Reported(usage)
            : WireUsage.Of(call.Request, response.Typed);
        return response;
    }

    private static LlmResponse NoContent(ClientFormat format) =>
        format.IsEmbedding ? new EmbeddingResponse { Data = [] } : new ChatCompletion { Choices = [] };

    public static async ValueTask<IChunkSource> OpenStreamAsync(
        Call call,
        Attempt attempt,
        ProviderRequest request,
        CallClock clock
    )
    {
        var runtime = call.Runtime;
        var deployment = attempt.Target.Deployment;
        clock.Arm(
            "first token",
            call.Options.StreamTimeout
                ?? Shorter(runtime.Options.FirstTokenTimeout, deployment.StreamTimeout ?? deployment.Timeout)
        );
        var reply = await SendAsync(call, attempt, request, clock).ConfigureAwait(false);
        IChunkSource? stream = null;
        try
        {
            CallEvents.LogPostApiCall(call);
            var bytes = await reply.Content.ReadAsStreamAsync(clock.Token).ConfigureAwait(false);
            stream =
                attempt.Replies is not null && !call.Callbacks.Has(Hooks.RewritesChunks)
                    ? new RawStream(call, attempt, reply, bytes)
                    : UpstreamStream.Open(call, attempt, reply, bytes, NeedsContent(call));
            // Until the first event is here, another attempt can still take this one's place.
            await stream.ReadAsync(clock).ConfigureAwait(false);
            clock.Disarm();
            attempt.FirstAnswerTime = runtime.Time.GetUtcNow();
            return stream;
        }
        catch
        {
            stream?.Release();
            reply.Dispose();
            throw;
        }
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    /// <summary>Whether anybody will look at the assembled answer.</summary>
    private static bool NeedsContent(Call call) =>
        call.Callbacks.Has(Hooks.Success | Hooks.Failure) || call.CacheKey is not null || call.Activity is not null;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<HttpResponseMessage> SendAsync(
        Call call,
        Attempt attempt,
        ProviderRequest request,
        CallClock clock
    )
    {
        var runtime = call.Runtime;
        var mock = attempt.Target.IsMock ? MockUpstream.For(call) : null;
        var headers = call.Options.Headers.Count > 0 ? call.Options.Headers : attempt.Target.Deployment.Headers;
        var reply = await runtime.Http.SendAsync(request, headers, mock, clock.Token).ConfigureAwait(false);
        try
        {
            attempt.StatusCode = (int)reply.StatusCode;
            attempt.RequestId = RequestIdOf(reply.Headers);
            if (call.Gateway is not null || call.Callbacks.Has(Hooks.PostApi | Hooks.Success | Hooks.Failure))
            {
                attempt.ResponseHeaders = new LazyHeaders(reply.Headers);
            }

            if (reply.IsSuccessStatusCode)
            {
                return reply;
            }

            var body = await HttpTransport
                .ReadBodyAsync(reply.Content, MaxErrorBytes, clock.Token)
                .ConfigureAwait(false);
            body = KeyMask.Apply(body, request.Headers, headers);
            attempt.RawResponse = new RawText(body);
            CallEvents.LogPostApiCall(call);
            throw attempt.Target.Provider!.ReadError(
                new ProviderError
                {
                    StatusCode = attempt.StatusCode.Value,
                    Model = attempt.Target.Model,
                    Body = body,
                    RequestId = attempt.RequestId,
                    RetryAfter = RetryAfterOf(reply.Headers, runtime.Time),
                }
            );
        }
        catch
        {
            reply.Dispose();
            throw;
        }
    }

    public static string? RequestIdOf(HttpResponseHeaders headers) =>
        headers.NonValidated.TryGetValues("x-request-id", out var id)
        || headers.NonValidated.TryGetValues("request-id", out id)
        || headers.NonValidated.TryGetValues("apim-request-id", out id)
            ? id.ToString()
            : null;

    public static TimeSpan? RetryAfterOf(HttpResponseHeaders headers, TimeProvider time)
    {
        if (
            headers.NonValidated.TryGetValues("retry-after-ms", out var milliseconds)
            && double.TryParse(milliseconds.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var count)
            && count is >= 0 and < int.MaxValue
        )
        {
            return TimeSpan.FromMilliseconds(count);
        }

        // Not by the typed property: reading it rewrites the header, which may be another client's to see.
        if (
            !headers.NonValidated.TryGetValues("retry-after", out var value)
            || !RetryConditionHeaderValue.TryParse(value.ToString(), out var after)
        )
        {
            return null;
        }

        var wait = after.Delta ?? after.Date - time.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
