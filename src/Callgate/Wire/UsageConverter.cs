using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>Reads usage as providers really send it: nulls, fractions, strings and unknown fields never fail the answer that carries it.</summary>
internal sealed class UsageConverter : JsonConverter<Usage>
{
    public override Usage? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long prompt = 0,
            completion = 0,
            total = 0;
        PromptTokensDetails? promptDetails = null;
        CompletionTokensDetails? completionDetails = null;
        ExtraFields? extra = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8))
            {
                prompt = Number(ref reader) ?? 0;
            }
            else if (reader.ValueTextEquals("completion_tokens"u8))
            {
                completion = Number(ref reader) ?? 0;
            }
            else if (reader.ValueTextEquals("total_tokens"u8))
            {
                total = Number(ref reader) ?? 0;
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8))
            {
                promptDetails = PromptDetails(ref reader);
            }
            else if (reader.ValueTextEquals("completion_tokens_details"u8))
            {
                completionDetails = CompletionDetails(ref reader);
            }
            else
            {
                Keep(ref reader, ref extra);
            }
        }

        return new Usage
        {
            PromptTokens = prompt,
            CompletionTokens = completion,
            TotalTokens = total,
            PromptTokensDetails = promptDetails,
            CompletionTokensDetails = completionDetails,
            AdditionalProperties = extra,
        };
    }

    private static PromptTokensDetails? PromptDetails(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long? cached = null,
            written = null,
            written1h = null,
            audio = null,
            image = null;
        ExtraFields? extra = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
            {
                cached = Number(ref reader);
            }
            else if (reader.ValueTextEquals("cache_creation_tokens"u8))
            {
                written = Number(ref reader);
            }
            else if (reader.ValueTextEquals("cache_creation_1h_tokens"u8))
            {
                written1h = Number(ref reader);
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                audio = Number(ref reader);
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                image = Number(ref reader);
            }
            else
            {
                Keep(ref reader, ref extra);
            }
        }

        return new PromptTokensDetails
        {
            CachedTokens = cached,
            CacheCreationTokens = written,
            CacheCreation1hTokens = written1h,
            AudioTokens = audio,
            ImageTokens = image,
            AdditionalProperties = extra,
        };
    }

    private static CompletionTokensDetails? CompletionDetails(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long? reasoning = null,
            accepted = null,
            rejected = null,
            audio = null,
            image = null;
        ExtraFields? extra = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reasoning_tokens"u8))
            {
                reasoning = Number(ref reader);
            }
            else if (reader.ValueTextEquals("accepted_prediction_tokens"u8))
            {
                accepted = Number(ref reader);
            }
            else if (reader.ValueTextEquals("rejected_prediction_tokens"u8))
            {
                rejected = Number(ref reader);
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                audio = Number(ref reader);
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                image = Number(ref reader);
            }
            else
            {
                Keep(ref reader, ref extra);
            }
        }

        return new CompletionTokensDetails
        {
            ReasoningTokens = reasoning,
            AcceptedPredictionTokens = accepted,
            RejectedPredictionTokens = rejected,
            AudioTokens = audio,
            ImageTokens = image,
            AdditionalProperties = extra,
        };
    }

    private static long? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetInt64(out var whole):
                return whole;
            case JsonTokenType.Number when reader.TryGetDouble(out var fraction) && Math.Abs(fraction) < long.MaxValue:
                return (long)fraction;
            case JsonTokenType.String when long.TryParse(reader.GetString(), out var text):
                return text;
            default:
                reader.Skip();
                return null;
        }
    }

    private static void Keep(ref Utf8JsonReader reader, ref ExtraFields? extra)
    {
        var name = reader.GetString()!;
        reader.Read();
        ((IDictionary<string, JsonElement>)(extra ??= new ExtraFields()))[name] = JsonElement.ParseValue(ref reader);
    }

    public override void Write(Utf8JsonWriter writer, Usage value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("prompt_tokens"u8, value.PromptTokens);
        writer.WriteNumber("completion_tokens"u8, value.CompletionTokens);
        writer.WriteNumber("total_tokens"u8, value.TotalTokens);
        if (value.PromptTokensDetails is { } prompt)
        {
            writer.WriteStartObject("prompt_tokens_details"u8);
            WriteIfSet(writer, "cached_tokens", prompt.CachedTokens);
            WriteIfSet(writer, "cache_creation_tokens", prompt.CacheCreationTokens);
            WriteIfSet(writer, "cache_creation_1h_tokens", prompt.CacheCreation1hTokens);
            WriteIfSet(writer, "audio_tokens", prompt.AudioTokens);
            WriteIfSet(writer, "image_tokens", prompt.ImageTokens);
            WriteExtra(writer, prompt.AdditionalProperties);
            writer.WriteEndObject();
        }

        if (value.CompletionTokensDetails is { } completion)
        {
            writer.WriteStartObject("completion_tokens_details"u8);
            WriteIfSet(writer, "reasoning_tokens", completion.ReasoningTokens);
            WriteIfSet(writer, "accepted_prediction_tokens", completion.AcceptedPredictionTokens);
            WriteIfSet(writer, "rejected_prediction_tokens", completion.RejectedPredictionTokens);
            WriteIfSet(writer, "audio_tokens", completion.AudioTokens);
            WriteIfSet(writer, "image_tokens", completion.ImageTokens);
            WriteExtra(writer, completion.AdditionalProperties);
            writer.WriteEndObject();
        }

        WriteExtra(writer, value.AdditionalProperties);
        writer.WriteEndObject();
    }

    private static void WriteIfSet(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void WriteExtra(Utf8JsonWriter writer, ExtraFields? extra)
    {
        foreach (var (name, value) in extra ?? [])
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}
