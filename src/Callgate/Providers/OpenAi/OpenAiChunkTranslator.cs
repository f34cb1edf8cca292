using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.OpenAi;

/// <summary>The events of an OpenAI stream are chunks already: they are scanned, not translated.</summary>
internal sealed class OpenAiChunkTranslator(string provider, string model, int choices) : ChunkTranslator
{
    private readonly HashSet<int> _begun = [];
    private readonly HashSet<int> _finished = [];
    private bool _hasText;

    public override void Translate(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data, Queue<ChatChunk> output)
    {
        if (data.TrimEnd(" \t"u8).SequenceEqual("[DONE]"u8))
        {
            IsDone = true;
            return;
        }

        // The reader's buffer moves on; the chunk is the consumer's.
        ReadOnlyMemory<byte> bytes = data.ToArray();
        if (TryScanText(data, out var text))
        {
            if (!_hasText)
            {
                _hasText = true;
                _begun.Add(0);
            }

            output.Enqueue(ChatChunk.FromBytes(bytes, text));
            return;
        }

        var chunk = ChatChunk.FromBytes(bytes, null);
        if (
            chunk.Body.AdditionalProperties is { } extra
            && extra.TryGetValue("error", out var error)
            && error.ValueKind != JsonValueKind.Null
        )
        {
            throw OpenAiErrors.ReadInAnswer(provider, model, data);
        }

        NoteFinish(chunk.Body);
        output.Enqueue(chunk);
    }

    // The answer is whole when every one of its choices is.
    private void NoteFinish(ChatChunkBody body)
    {
        foreach (var choice in body.Choices)
        {
            _begun.Add(choice.Index);
            if (choice.FinishReason is not null)
            {
                _finished.Add(choice.Index);
            }
        }

        IsComplete = _finished.Count > 0 && _finished.Count >= Math.Max(choices, _begun.Count);
    }

    /// <summary>
    /// Recognises the one event that makes up nearly all of a stream: choice 0 gets more text, and nothing else happens.
    /// Whatever is out of the ordinary makes it give up, and the event is read in full.
    /// </summary>
    private static bool TryScanText(ReadOnlySpan<byte> data, out string? text)
    {
        text = null;
        var reader = new Utf8JsonReader(data);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                // Of two fields of the same name the last one holds, and takes the text of the first away.
                if (text is not null || !TryScanChoices(ref reader, ref text))
                {
                    return false;
                }
            }
            else if (reader.ValueTextEquals("usage"u8) || reader.ValueTextEquals("error"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.Null)
                {
                    return false;
                }
            }
            else
            {
                reader.Skip();
            }
        }

        // Reading on past the end makes sure that it is one.
        return text is not null && !reader.Read();
    }

    private static bool TryScanChoices(ref Utf8JsonReader reader, ref string? text)
    {
        if (
            !reader.Read()
            || reader.TokenType != JsonTokenType.StartArray
            || !reader.Read()
            || reader.TokenType != JsonTokenType.StartObject
        )
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("delta"u8))
            {
                if (text is not null || !TryScanDelta(ref reader, ref text))
                {
                    return false;
                }
            }
            else if (reader.ValueTextEquals("index"u8))
            {
                // Some servers write it as a string.
                if (
                    !reader.Read()
                    || reader.TokenType != JsonTokenType.Number
                    || !reader.TryGetInt32(out var index)
                    || index != 0
                )
                {
                    return false;
                }
            }
            else if (!reader.Read() || reader.TokenType != JsonTokenType.Null)
            {
                // A finish reason, log probabilities, or something new.
                return false;
            }
        }

        return reader.Read() && reader.TokenType == JsonTokenType.EndArray;
    }

    private static bool TryScanDelta(ref Utf8JsonReader reader, ref string? text)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                if (text is not null || !reader.Read() || reader.TokenType != JsonTokenType.String)
                {
                    return false;
                }

                text = reader.GetString();
            }
            else if (!reader.Read() || reader.TokenType != JsonTokenType.Null)
            {
                return false;
            }
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }
}
