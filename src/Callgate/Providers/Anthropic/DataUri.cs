using System.Text;

namespace Callgate.Providers.Anthropic;

/// <summary>A <c>data:</c> URI (RFC 2397), taken apart without decoding what is base64 already.</summary>
internal readonly ref struct DataUri
{
    private readonly ReadOnlySpan<char> _data;
    private readonly bool _isBase64;

    private DataUri(string mediaType, ReadOnlySpan<char> data, bool isBase64)
    {
        MediaType = mediaType;
        _data = data;
        _isBase64 = isBase64;
    }

    /// <summary>The media type in lower case, without its parameters.</summary>
    public string MediaType { get; }

    public static bool TryParse(string uri, out DataUri result)
    {
        result = default;
        var comma = uri.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !uri.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var head = uri.AsSpan(5, comma - 5);
        var semicolon = head.IndexOf(';');
        var mediaType = (semicolon < 0 ? head : head[..semicolon]).Trim();
        result = new DataUri(
            mediaType.IsEmpty ? "text/plain" : mediaType.ToString().ToLowerInvariant(),
            uri.AsSpan(comma + 1),
            head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase)
        );
        return true;
    }

    public ReadOnlySpan<char> ToBase64() =>
        _isBase64 ? _data : Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(_data)));

    /// <summary>The data as text; null where it is not valid base64.</summary>
    public string? ToText()
    {
        if (!_isBase64)
        {
            return Uri.UnescapeDataString(_data);
        }

        var bytes = new byte[(_data.Length / 4 * 3) + 3];
        return Convert.TryFromBase64Chars(_data, bytes, out var count)
            ? Encoding.UTF8.GetString(bytes, 0, count)
            : null;
    }
}
