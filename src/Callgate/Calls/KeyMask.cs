using System.Text;

namespace Callgate.Calls;

/// <summary>Takes keys out of what a server says: some quote in an error what they were sent.</summary>
internal static class KeyMask
{
    /// <summary>Shorter values are hardly keys, and may well be words of the text.</summary>
    private const int Shortest = 8;

    /// <summary>The body with the values of the request's headers masked.</summary>
    public static byte[] Apply(
        byte[] body,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        IReadOnlyDictionary<string, string> more
    )
    {
        foreach (var (name, value) in headers.Concat(more))
        {
            if (SafeHeaders.IsHarmless(name))
            {
                continue;
            }

            var key = Encoding.UTF8.GetBytes(value[(value.LastIndexOf(' ') + 1)..]);
            if (key.Length >= Shortest && body.AsSpan().IndexOf(key) >= 0)
            {
                body = Replace(body, key);
            }
        }

        return body;
    }

    private static byte[] Replace(ReadOnlySpan<byte> body, ReadOnlySpan<byte> key)
    {
        var masked = new MemoryStream(body.Length);
        for (int at; (at = body.IndexOf(key)) >= 0; body = body[(at + key.Length)..])
        {
            masked.Write(body[..at]);
            masked.Write("***"u8);
        }

        masked.Write(body);
        return masked.ToArray();
    }
}
