using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Callgate.Wire;

namespace Callgate;

/// <summary>Content as an event holds it: cut, with its true size and hash.</summary>
internal readonly record struct PayloadContent(JsonElement Json, long Bytes, string Sha256, bool Truncated, int Omitted)
{
    private static readonly JsonWriterOptions s_writerOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // The cutting keeps the structure sound; the writer needn't check again.
        SkipValidation = true,
    };

    /// <summary>A list: its first item, and as many of its last as fit.</summary>
    public static PayloadContent OfList<T>(IReadOnlyList<T> items, JsonTypeInfo<T> type, PayloadLimits limits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("["u8);
        var truncated = false;
        var (bytes, kept, omitted) = (2L, 0L, 0);
        byte[]? first = null;
        var last = new Queue<byte[]>();
        foreach (var item in items)
        {
            var whole = JsonSerializer.SerializeToUtf8Bytes(item, type);
            if (first is not null)
            {
                hash.AppendData(","u8);
                bytes++;
            }

            hash.AppendData(whole);
            bytes += whole.Length;
            var cut = Cut(whole, limits, ref truncated);
            kept += cut.Length + 1;
            if (first is null)
            {
                first = cut;
                continue;
            }

            last.Enqueue(cut);
            while (kept > limits.MaxContentBytes && last.Count > 1)
            {
                kept -= last.Dequeue().Length + 1;
                omitted++;
            }
        }

        if (kept > limits.MaxContentBytes && last.Count > 0 && first!.Length > limits.MaxContentBytes / 2)
        {
            // Two giants: each gets its half.
            var half = limits with
            {
                MaxContentBytes = Math.Max(64, limits.MaxContentBytes / 2),
            };
            first = Cut(first, half, ref truncated);
            last.Enqueue(Cut(last.Dequeue(), half, ref truncated));
        }

        hash.AppendData("]"u8);
        return new(Join(first, last), bytes, Hex(hash.GetHashAndReset()), truncated || omitted > 0, omitted);
    }

    /// <summary>One value.</summary>
    public static PayloadContent Of<T>(T value, JsonTypeInfo<T> type, PayloadLimits limits)
    {
        var whole = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var truncated = false;
        var cut = Cut(whole, limits, ref truncated);
        return new(JsonElement.Parse(cut, s_parse), whole.Length, Hex(SHA256.HashData(whole)), truncated, 0);
    }

    /// <summary>Writes something bounded.</summary>
    public static JsonElement Write(PayloadLimits limits, Action<Utf8JsonWriter, BoundedJson> write, out bool truncated)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, s_writerOptions);
        var bounded = new BoundedJson(writer, limits, limits.MaxMetadataBytes, maskSecrets: true);
        write(writer, bounded);
        writer.Flush();
        truncated = bounded.Truncated;
        return JsonElement.Parse(buffer.WrittenSpan, s_parse);
    }

    private static readonly JsonDocumentOptions s_parse = new() { MaxDepth = 128 };

    private static byte[] Cut(byte[] whole, PayloadLimits limits, ref bool truncated)
    {
        var buffer = new ArrayBufferWriter<byte>(Math.Min(whole.Length, limits.MaxContentBytes) + 64);
        using var writer = new Utf8JsonWriter(buffer, s_writerOptions);
        var bounded = new BoundedJson(writer, limits, limits.MaxContentBytes, maskSecrets: false);
        bounded.Copy(whole);
        writer.Flush();
        truncated |= bounded.Truncated;
        return buffer.WrittenSpan.ToArray();
    }

    private static JsonElement Join(byte[]? first, Queue<byte[]> last)
    {
        var joined = new ArrayBufferWriter<byte>();
        joined.Write("["u8);
        if (first is not null)
        {
            joined.Write(first);
        }

        foreach (var item in last)
        {
            joined.Write(","u8);
            joined.Write(item);
        }

        joined.Write("]"u8);
        return JsonElement.Parse(joined.WrittenSpan, s_parse);
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
