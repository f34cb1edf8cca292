using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Callgate.Calls;
using Callgate.Interop;
using Callgate.Wire;

namespace Callgate.Providers;

/// <summary>Sends translated requests over HTTP. Thread-safe.</summary>
internal sealed class HttpTransport : IDisposable
{
    private static readonly TimeSpan s_defaultConnectTimeout = TimeSpan.FromSeconds(15);
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    // Most clients want the same connections: sharing them keeps a thousand short-lived clients from opening a thousand sockets.
    private static readonly Lazy<HttpMessageInvoker> s_shared = new(() => new(NewHandler(s_defaultConnectTimeout)));

    private readonly HttpMessageInvoker _invoker;
    private readonly bool _isOwn;
    private readonly bool _isUsers;

    public HttpTransport(HttpMessageHandler? handler, TimeSpan connectTimeout)
    {
        _isOwn = handler is not null || connectTimeout != s_defaultConnectTimeout;
        _isUsers = handler is not null;
        _invoker =
            handler is not null ? new HttpMessageInvoker(handler, disposeHandler: false)
            : _isOwn ? new HttpMessageInvoker(NewHandler(connectTimeout))
            : s_shared.Value;
    }

    private static SocketsHttpHandler NewHandler(TimeSpan connectTimeout) =>
        new()
        {
            ConnectTimeout = connectTimeout,
            // A key must not follow a redirect to another host.
            AllowAutoRedirect = false,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            // Time for the last bytes of a stream that was read to its end mark, so that its connection is kept;
            // for one that was broken off, the longest that the provider may go on talking to nobody.
            ResponseDrainTimeout = TimeSpan.FromMilliseconds(100),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };

    /// <summary>Sends, and returns once the reply's headers are there.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<HttpResponseMessage> SendAsync(
        ProviderRequest request,
        IReadOnlyDictionary<string, string> moreHeaders,
        HttpMessageInvoker? instead,
        CancellationToken cancellationToken
    )
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, request.Url);
        var content = new ReadOnlyMemoryContent(request.Body);
        content.Headers.ContentType = s_json;
        message.Content = content;
        if (_isUsers)
        {
            // The user's handler may be one that observes calls, and this call is told of already.
            RequestMarks.SetSeen(message, true);
        }

        foreach (var (name, value) in request.Headers)
        {
            if (!TryAdd(message.Headers, name, value))
            {
                // All others are constants.
                throw LlmException.Create(
                    LlmErrorKind.Authentication,
                    "The key holds characters that no header can carry: look for a line break at its end.",
                    new ErrorFacts(Code: "invalid_api_key")
                );
            }
        }

        foreach (var (name, value) in moreHeaders)
        {
            if (!TryAdd(message.Headers, name, value))
            {
                throw LlmException.Create(
                    LlmErrorKind.BadRequest,
                    $"The header '{SafeText.Line(name)}' cannot be sent: its name is none of a request's, or its value is no plain text in one line.",
                    new ErrorFacts(Code: "invalid_header")
                );
            }
        }

        return await (instead ?? _invoker).SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets a header; false where it could not be sent, or would be more than one.</summary>
    private static bool TryAdd(HttpRequestHeaders headers, string name, string? value)
    {
        if (
            string.IsNullOrEmpty(name)
            || value is null
            || value.AsSpan().ContainsAnyExceptInRange(' ', '~') && value.Any(c => c != '\t' && c is < ' ' or > '~')
        )
        {
            return false;
        }

        if (headers.NonValidated.Contains(name))
        {
            headers.Remove(name);
        }

        return headers.TryAddWithoutValidation(name, value);
    }

    /// <summary>Reads a body whole.</summary>
    /// <exception cref="AnswerTooLongException">It is longer than the limit.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<byte[]> ReadBodyAsync(
        HttpContent content,
        long limit,
        CancellationToken cancellationToken
    )
    {
        var length = content.Headers.ContentLength;
        if (length > limit)
        {
            throw TooLong(limit);
        }

        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (length is { } known)
            {
                var whole = GC.AllocateUninitializedArray<byte>((int)known);
                await stream.ReadExactlyAsync(whole, cancellationToken).ConfigureAwait(false);
                return whole;
            }

            var pooled = System.Buffers.ArrayPool<byte>.Shared.Rent(16 * 1024);
            var filled = 0;
            try
            {
                while (true)
                {
                    if (filled == pooled.Length)
                    {
                        var larger = System.Buffers.ArrayPool<byte>.Shared.Rent(
                            (int)Math.Min(pooled.Length * 2L, Array.MaxLength)
                        );
                        pooled.CopyTo(larger, 0);
                        System.Buffers.ArrayPool<byte>.Shared.Return(pooled);
                        pooled = larger;
                    }

                    var read = await stream.ReadAsync(pooled.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        return pooled.AsSpan(0, filled).ToArray();
                    }

                    filled += read;
                    if (filled > limit)
                    {
                        throw TooLong(limit);
                    }
                }
            }
            finally
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(pooled);
            }
        }
    }

    private static AnswerTooLongException TooLong(long limit) => new(limit);

    public void Dispose()
    {
        if (_isOwn)
        {
            _invoker.Dispose();
        }
    }
}
