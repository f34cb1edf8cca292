using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Callgate.Formats;

/// <summary>Writes server-sent events whose data is JSON, one line each. Not thread-safe; one per stream.</summary>
internal sealed class EventWriter
{
    /// <summary>The bodies are JSON over HTTP, never HTML: text in any script stays readable.</summary>
    public static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Utf8JsonWriter? _json;

    /// <summary>Begins an event: its lines before the JSON, to which the writer that comes back adds.</summary>
    public Utf8JsonWriter Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> head)
    {
        output.Write(head);
        if (_json is null)
        {
            _json = new Utf8JsonWriter(output, Relaxed);
        }
        else
        {
            _json.Reset(output);
        }

        return _json;
    }

    /// <summary>Ends the event.</summary>
    public void End(IBufferWriter<byte> output)
    {
        _json!.Flush();
        output.Write("\n\n"u8);
    }

    /// <summary>Writes JSON on one line: an event ends at the end of its line, and between its tokens JSON may break it.</summary>
    public static void WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        for (int at; (at = json.IndexOfAny((byte)'\n', (byte)'\r')) >= 0; json = json[(at + 1)..])
        {
            output.Write(json[..at]);
            output.Write(" "u8);
        }

        output.Write(json);
    }
}
