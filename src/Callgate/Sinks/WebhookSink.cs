using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Callgate.Sinks;

/// <summary>Posts events to an HTTP endpoint: LiteLLM's <c>generic_api</c>. Redirects aren't followed: keys must not travel.</summary>
internal sealed class WebhookSink(WebhookOptions options) : IEventSink
{
    /// <summary>How many requests a batch in the format <c>single</c> may have under way.</summary>
    private const int MaxParallel = 8;

    // All webhooks share their connections. No trace header: the receiver is no part of anybody's call.
    private static readonly HttpMessageInvoker s_http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ActivityHeadersPropagator = null,
        }
    );

    // Whole paths are secrets with some receivers.
    private readonly string _name = options.Endpoint.GetLeftPart(UriPartial.Authority);

    public WebhookOptions Options => options;

    public async ValueTask SendAsync(IReadOnlyList<SinkEvent> batch, CancellationToken cancellationToken)
    {
        var tally = new WebhookTally();
        if (options.Format == WebhookFormat.Single)
        {
            await Parallel
                .ForEachAsync(
                    batch,
                    new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellationToken },
                    async (e, token) => tally.Add([e], await PostAsync([e], token).ConfigureAwait(false))
                )
                .ConfigureAwait(false);
        }
        else
        {
            await SendTogetherAsync([.. batch], tally, cancellationToken).ConfigureAwait(false);
        }

        tally.ThrowIfIncomplete();
    }

    private async ValueTask SendTogetherAsync(
        SinkEvent[] events,
        WebhookTally tally,
        CancellationToken cancellationToken
    )
    {
        // In order: what comes behind a failure waits with it.
        var result = tally.IsToWait
            ? WebhookResult.NotSent
            : await PostAsync(events, cancellationToken).ConfigureAwait(false);
        if (result.Status == HttpStatusCode.RequestEntityTooLarge && events.Length > 1)
        {
            var half = events.Length / 2;
            await SendTogetherAsync(events[..half], tally, cancellationToken).ConfigureAwait(false);
            await SendTogetherAsync(events[half..], tally, cancellationToken).ConfigureAwait(false);
            return;
        }

        tally.Add(events, result);
    }

    private async ValueTask<WebhookResult> PostAsync(SinkEvent[] events, CancellationToken cancellationToken)
    {
        using var message = NewRequest(events);
        using var timeout = new CancellationTokenSource(options.Timeout, options.TimeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await s_http.SendAsync(message, ending.Token).ConfigureAwait(false);
            return ResultOf(response);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return WebhookResult.Failed(
                FormattableString.Invariant($"{_name} did not answer within {options.Timeout.TotalSeconds} s.")
            );
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return WebhookResult.Failed($"{_name} can't be reached: {e.Message}");
        }
    }

    private HttpRequestMessage NewRequest(SinkEvent[] events)
    {
        var body = WebhookBody.Of(events, options.Format);
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(WebhookBody.ContentTypeOf(options.Format));
        var message = new HttpRequestMessage(HttpMethod.Post, options.Endpoint) { Content = content };
        message.Headers.TryAddWithoutValidation("User-Agent", "callgate");
        if (options.Format == WebhookFormat.Single)
        {
            message.Headers.TryAddWithoutValidation("Idempotency-Key", events[0].Id);
        }

        foreach (var (name, value) in options.Headers)
        {
            if (message.Headers.NonValidated.Contains(name))
            {
                message.Headers.Remove(name);
            }

            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (options.Signature is { } signature)
        {
            message.Headers.Remove(BodySignature.Header);
            message.Headers.TryAddWithoutValidation(
                BodySignature.Header,
                signature.Of(body, options.TimeProvider.GetUtcNow())
            );
        }

        return message;
    }

    private WebhookResult ResultOf(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
        {
            return WebhookResult.Delivered;
        }

        var status = (int)response.StatusCode;
        var text = $"{_name} answered {status.ToString(CultureInfo.InvariantCulture)} ({response.StatusCode}).";
        if (status is >= 300 and < 400)
        {
            text += " Redirects aren't followed: set endpoint to the final address.";
        }

        return status is 408 or 429 or >= 500
            ? WebhookResult.Failed(text, response.StatusCode, RetryAfter(response))
            : WebhookResult.Refused(text, response.StatusCode);
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter;
        var pause = after?.Delta ?? after?.Date - options.TimeProvider.GetUtcNow();
        return pause < TimeSpan.Zero ? TimeSpan.Zero : pause;
    }
}
