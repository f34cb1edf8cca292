using System.Buffers;

namespace Callgate.Interop;

/// <summary>The body of a reply that is no stream, read ahead of the client as far as the limit allows.</summary>
/// <param name="Bytes">What was read.</param>
/// <param name="IsWhole">Whether that is all of it.</param>
/// <param name="Content">For the client: the same bytes, then whatever comes after them.</param>
/// <param name="Failure">How reading failed. The client's own reading fails likewise, after the same bytes.</param>
internal sealed record ReplyBody(ReadOnlyMemory<byte> Bytes, bool IsWhole, HttpContent Content, Exception? Failure)
{
    private const int Piece = 16 * 1024;

    public static async ValueTask<ReplyBody> ReadAsync(
        HttpContent content,
        long limit,
        bool isSync,
        CancellationToken cancellationToken
    )
    {
        var length = content.Headers.ContentLength;
        if (length > limit)
        {
            return new ReplyBody(default, false, content, null);
        }

        using var read = new MemoryStream((int)(length ?? 0));
        var piece = ArrayPool<byte>.Shared.Rent(Piece);
        Stream? rest = null;
        Exception? failure = null;
        try
        {
            rest = isSync
                ? content.ReadAsStream(cancellationToken)
                : await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            while (read.Length <= limit)
            {
                var count = isSync
                    ? rest.Read(piece)
                    : await rest.ReadAsync(piece, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    var whole = BytesOf(read);
                    return new ReplyBody(
                        whole,
                        true,
                        new SubstituteContent(content, () => new PrefixedStream(whole, null, null)),
                        null
                    );
                }

                read.Write(piece, 0, count);
            }
        }
#pragma warning disable CA1031 // It is the client's to see, at the same byte.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        var prefix = BytesOf(read);
        return new ReplyBody(
            prefix,
            false,
            new SubstituteContent(content, () => new PrefixedStream(prefix, rest, failure)),
            failure
        );
    }

    private static ReadOnlyMemory<byte> BytesOf(MemoryStream stream) =>
        stream.GetBuffer().AsMemory(0, (int)stream.Length);
}
