using System.Net;
using System.Net.Http.Headers;

namespace Callgate.Providers.Mock;

/// <summary>Stands in for the network: answers requests in OpenAI's or Anthropic's wire as <see cref="MockOptions"/> says.</summary>
internal sealed class MockHandler(MockOptions options, TimeProvider timeProvider) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is { } content
            ? await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)
            : [];
        var reply = Answer(request, body);
        if (options.Delay > TimeSpan.Zero)
        {
            await Task.Delay(options.Delay, timeProvider, cancellationToken).ConfigureAwait(false);
        }

        return Response(request, reply);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var body = new MemoryStream();
        request.Content?.CopyTo(body, null, cancellationToken);
        var reply = Answer(request, body.ToArray());
        MockDelay.Wait(options.Delay, timeProvider, cancellationToken);
        return Response(request, reply);
    }

    private MockReply Answer(HttpRequestMessage request, byte[] body) =>
        MockWire.Answer(
            request.Method.Method,
            request.RequestUri?.AbsolutePath ?? "",
            body,
            options,
            MockFailures.Next(options),
            timeProvider.GetUtcNow()
        );

    private HttpResponseMessage Response(HttpRequestMessage request, MockReply reply)
    {
        var response = new HttpResponseMessage((HttpStatusCode)reply.StatusCode)
        {
            RequestMessage = request,
            Version = request.Version,
            Content = reply.Events is { } events
                ? new StreamContent(new MockStream(events, options.ChunkDelay, timeProvider))
                : new ReadOnlyMemoryContent(reply.Body),
        };
        response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(reply.ContentType);
        foreach (var (name, value) in reply.Headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }
}
