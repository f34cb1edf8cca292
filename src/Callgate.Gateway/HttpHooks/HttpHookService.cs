using System.Net.Http.Headers;
using System.Text.Json;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Gateway.HttpHooks;

/// <summary>The service behind an HTTP hook. Every failure to get a reply is an <see cref="HttpHookException"/>. Thread-safe.</summary>
internal sealed class HttpHookService(HttpHookSettings settings, TimeProvider time)
{
    /// <summary>As much as a request whose images a service gives back.</summary>
    private const long MostReplyBytes = 32 << 20;

    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private static readonly Lazy<HttpMessageInvoker> s_invoker = new(() =>
        new(
            new SocketsHttpHandler
            {
                // What is sent, prompts and secrets in headers, is for the configured address only.
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            }
        )
    );

    private readonly Uri _endpoint = new(settings.Endpoint);

    /// <summary>Sends, and reads the reply.</summary>
    public async ValueTask<HttpHookReply> AskAsync(
        string hook,
        string callId,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    )
    {
        var reply = await SendAsync(
                hook,
                callId,
                body,
                static (content, token) => HttpTransport.ReadBodyAsync(content, MostReplyBytes, token),
                cancellationToken
            )
            .ConfigureAwait(false);
        return Read(() =>
            JsonSerializer.Deserialize(reply, HttpHookJson.Default.HttpHookReply)
            ?? throw new JsonException("It is null.")
        );
    }

    /// <summary>Reads something of a reply.</summary>
    public T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException exception)
        {
            // Its own words are ours to tell; the parser's may quote the reply, and a reply may quote a prompt.
            throw Failed(
                exception.LineNumber is null
                    ? $"answered with what is no reply: {exception.Message}"
                    : $"answered with what is no reply: see its line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."
            );
        }
    }

    /// <summary>Sends; any reply of success will do.</summary>
    public async ValueTask TellAsync(
        string hook,
        string callId,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    ) =>
        await SendAsync(hook, callId, body, static (_, _) => ValueTask.FromResult<byte[]>([]), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>An exception that names the service.</summary>
    public HttpHookException Failed(string what, Exception? cause = null) =>
        new($"The HTTP hook '{settings.Name}' ({_endpoint.GetLeftPart(UriPartial.Path)}) {what}", cause);

    private async ValueTask<byte[]> SendAsync(
        string hook,
        string callId,
        ReadOnlyMemory<byte> body,
        Func<HttpContent, CancellationToken, ValueTask<byte[]>> read,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var message = Request(hook, callId, body);
        try
        {
            using var response = await s_invoker.Value.SendAsync(message, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? await read(response.Content, either.Token).ConfigureAwait(false)
                : throw Failed(
                    $"answered with status {(int)response.StatusCode}"
                        + ((int)response.StatusCode is >= 300 and < 400 ? "; redirects are not followed." : ".")
                );
        }
        catch (OperationCanceledException exception)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failed($"did not answer within {settings.Timeout.TotalSeconds:0.###} s.", exception);
        }
        catch (AnswerTooLongException)
        {
            throw Failed($"answered with more than {MostReplyBytes >> 20} MiB.");
        }
        catch (HttpRequestException exception)
        {
            throw Failed($"could not be reached: {exception.Message}", exception);
        }
        catch (IOException exception)
        {
            throw Failed("broke off its answer.", exception);
        }
    }

    private HttpRequestMessage Request(string hook, string callId, ReadOnlyMemory<byte> body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, _endpoint)
        {
            Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = s_json } },
        };
        message.Headers.Accept.ParseAdd("application/json");
        foreach (var (name, value) in settings.Headers)
        {
            message.Headers.Remove(name);
            message.Headers.TryAddWithoutValidation(name, value);
        }

        message.Headers.TryAddWithoutValidation("x-callgate-hook", hook);
        message.Headers.TryAddWithoutValidation("x-callgate-call-id", callId);
        if (settings.Secret is { } secret)
        {
            message.Headers.TryAddWithoutValidation(
                HttpHookSignature.Header,
                HttpHookSignature.Of(body.Span, secret, time.GetUtcNow())
            );
        }

        return message;
    }
}
