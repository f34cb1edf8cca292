using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Native;

/// <summary>Watches the events of one stream go by. Not thread-safe.</summary>
internal abstract class StreamWatch
{
    /// <summary>The usage reported so far; null while there is none.</summary>
    public abstract Usage? Usage { get; }

    /// <summary>Whether all of the answer has come, though perhaps not its end marker.</summary>
    public bool IsComplete { get; protected set; }

    public string? ServiceTier { get; protected set; }

    /// <summary>How far the stream has come, where its events are numbered.</summary>
    public virtual StreamPoint? Passed => null;

    /// <summary>What ends a stream whose provider left its end marker out.</summary>
    public abstract ReadOnlySpan<byte> EndFrame { get; }

    /// <summary>What may stand around JSON.</summary>
    protected static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

    /// <summary>Looks at an event.</summary>
    /// <param name="eventType">Its type; empty where it has none.</param>
    /// <param name="data">Its data.</param>
    /// <param name="modelAt">Where the model's value stands in the data, quotes included; empty where it isn't there.</param>
    /// <exception cref="LlmException">It is an error.</exception>
    /// <exception cref="JsonException">It is no event of this format.</exception>
    public abstract StreamStep Look(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data, out Range modelAt);

    protected static void ThrowIfNoObject(ReadOnlySpan<byte> data)
    {
        if (data.Trim(Blanks) is not [(byte)'{', .., (byte)'}'])
        {
            throw new JsonException("The event is no JSON object.");
        }
    }

    /// <summary>An event's type; some compatible servers leave its name out.</summary>
    protected static ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data)
    {
        if (!eventType.IsEmpty && !eventType.SequenceEqual("message"u8))
        {
            return eventType;
        }

        var reader = new Utf8JsonReader(data);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
            {
                return reader.ValueSpan;
            }

            reader.Skip();
        }

        return default;
    }

    protected static JsonElement Parse(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        return JsonElement.ParseValue(ref reader);
    }
}

/// <summary>What becomes of an event.</summary>
internal enum StreamStep
{
    /// <summary>It goes on to the client.</summary>
    Pass,

    /// <summary>It was for the gateway alone.</summary>
    Drop,

    /// <summary>It is the end marker: it goes on once the call is closed.</summary>
    End,
}
