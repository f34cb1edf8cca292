using System.Net;

namespace Callgate.Interop;

/// <summary>A reply's content with another stream around, or in place of, its own, and with the same headers.</summary>
internal sealed class SubstituteContent : HttpContent
{
    private readonly HttpContent _original;
    private readonly Func<Stream, Stream>? _around;
    private readonly Func<Stream>? _instead;
    private readonly StreamTap? _tap;
    private readonly long? _length;

    /// <summary>The original's stream, with another around it.</summary>
    public SubstituteContent(HttpContent original, Func<Stream, Stream> around, StreamTap tap)
        : this(original)
    {
        _around = around;
        _tap = tap;
    }

    /// <summary>Another stream that has the same bytes.</summary>
    public SubstituteContent(HttpContent original, Func<Stream> instead)
        : this(original) => _instead = instead;

    private SubstituteContent(HttpContent original)
    {
        _original = original;
        _length = original.Headers.ContentLength;
        foreach (var (name, values) in original.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length ?? 0;
        return _length is not null;
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
    {
        if (_instead is not null)
        {
            return _instead();
        }

        try
        {
            return _around!(_original.ReadAsStream(cancellationToken));
        }
        catch (Exception exception)
        {
            _tap!.OnFailure(exception, cancellationToken);
            throw;
        }
    }

    protected override Task<Stream> CreateContentReadStreamAsync() =>
        CreateContentReadStreamAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        if (_instead is not null)
        {
            return _instead();
        }

        try
        {
            return _around!(await _original.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            _tap!.OnFailure(exception, cancellationToken);
            throw;
        }
    }

    protected override void SerializeToStream(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        using var source = CreateContentReadStream(cancellationToken);
        source.CopyTo(stream);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken
    )
    {
        var source = await CreateContentReadStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            await source.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _tap?.OnDisposed();
            _original.Dispose();
        }

        base.Dispose(disposing);
    }
}
