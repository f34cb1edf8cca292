using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Callgate.Gateway.Endpoints;

/// <summary>Reads a request's body once, into memory of its own.</summary>
internal static class BodyReader
{
    /// <summary>The most that is made room for on the word of a Content-Length.</summary>
    private const int MostBelieved = 1 << 20;

    /// <summary>Reads JSON.</summary>
    /// <exception cref="BodyException">It is not JSON in UTF-8, too long, too slow, or broken off.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public static ValueTask<ReadOnlyMemory<byte>> ReadJsonAsync(HttpContext http, GatewayOptions options)
    {
        CheckType(http.Request);
        return ReadAsync(http, options.MaxRequestBodyBytes, options.RequestBodyTimeout);
    }

    /// <summary>Reads whatever it says it is.</summary>
    /// <exception cref="BodyException">It is too long, too slow, or broken off.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http, long limit, TimeSpan longest)
    {
        if (http.Request.ContentLength > limit)
        {
            throw TooLong(limit);
        }

        // The limit is ours to tell, in the endpoint's format.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } max)
        {
            max.MaxRequestBodySize = null;
        }

        var reader = http.Request.BodyReader;
        ArrayBufferWriter<byte>? gathered = null;
        CancellationTokenSource? deadline = null;
        try
        {
            while (true)
            {
                if (!reader.TryRead(out var read))
                {
                    if (deadline is null)
                    {
                        deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
                        deadline.CancelAfter(longest);
                    }

                    read = await reader.ReadAsync(deadline.Token).ConfigureAwait(false);
                }

                var buffer = read.Buffer;
                if (gathered is null && read.IsCompleted)
                {
                    var whole = buffer.ToArray();
                    reader.AdvanceTo(buffer.End);
                    return whole.Length <= limit ? whole : throw TooLong(limit);
                }

                gathered ??= new ArrayBufferWriter<byte>(
                    (int)Math.Clamp(http.Request.ContentLength ?? buffer.Length * 2, 4096, MostBelieved)
                );
                foreach (var segment in buffer)
                {
                    gathered.Write(segment.Span);
                }

                reader.AdvanceTo(buffer.End);
                if (gathered.WrittenCount > limit)
                {
                    throw TooLong(limit);
                }

                if (read.IsCompleted)
                {
                    return gathered.WrittenMemory;
                }
            }
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            throw new BodyException(
                StatusCodes.Status408RequestTimeout,
                $"The body took longer than {longest.TotalSeconds:0.###} s to arrive, which is the most that is waited for."
            );
        }
        catch (BadHttpRequestException bad)
        {
            throw new BodyException(
                bad.StatusCode,
                bad.StatusCode switch
                {
                    StatusCodes.Status408RequestTimeout => "The body came too slowly.",
                    StatusCodes.Status413PayloadTooLarge => "The body is too long.",
                    _ => "The body could not be read: it is not what its headers say.",
                }
            );
        }
        catch (IOException) when (!http.RequestAborted.IsCancellationRequested)
        {
            throw new BodyException(StatusCodes.Status400BadRequest, "The body broke off.");
        }
        catch (IOException)
        {
            throw new OperationCanceledException(http.RequestAborted);
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    private static void CheckType(HttpRequest request)
    {
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding] && encoding is not "identity")
        {
            throw new BodyException(
                StatusCodes.Status415UnsupportedMediaType,
                "Compressed bodies are not read: send it without Content-Encoding."
            );
        }

        if (string.IsNullOrEmpty(request.ContentType))
        {
            return;
        }

        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !(type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || IsJsonSuffix(type))
        )
        {
            throw new BodyException(
                StatusCodes.Status415UnsupportedMediaType,
                "The body must be JSON: send it with 'Content-Type: application/json'."
            );
        }

        if (
            type.Charset is { HasValue: true, Value: var charset }
            && !charset!.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new BodyException(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON in UTF-8.");
        }
    }

    private static bool IsJsonSuffix(MediaTypeHeaderValue type) =>
        type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);

    private static BodyException TooLong(long limit) =>
        new(
            StatusCodes.Status413PayloadTooLarge,
            $"The body is longer than {limit} bytes, which is the most that is read."
        );
}

/// <summary>A body that is not read.</summary>
internal sealed class BodyException(int statusCode, string message) : Exception(message)
{
    public int StatusCode => statusCode;

    public LlmException ToRefusal() => Refusals.Create(statusCode, Message);
}
