using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Formats.Native;

/// <summary>Anthropic's messages.</summary>
internal sealed class MessageReplies : NativeReplies
{
    public override ReplyFacts Scan(ReadOnlySpan<byte> body, string provider, string calledModel)
    {
        string? id = null,
            model = null;
        Range modelAt = default;
        var usage = new AnthropicUsage();
        var hasContent = false;
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The answer is no JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    model = reader.GetString();
                    modelAt = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
                }
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                usage.Add(JsonElement.ParseValue(ref reader));
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                {
                    throw AnthropicErrors.ReadInAnswer(body, calledModel);
                }
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                reader.Read();
                hasContent = reader.TokenType == JsonTokenType.StartArray;
            }

            reader.Skip();
        }

        return reader.Read() ? throw new JsonException("Something follows the JSON object.")
            : hasContent ? new ReplyFacts(id, model, modelAt, usage.ToUsage(), usage.ServiceTier)
            : throw new JsonException("The answer has no content.");
    }

    public override StreamWatch Watch(ClientBody body, string provider, string model) => new MessageWatch(model);
}

/// <summary>Watches a stream in Anthropic's format.</summary>
internal sealed class MessageWatch(string model) : StreamWatch
{
    private readonly AnthropicUsage _usage = new();
    private readonly ModelFinder _model = new("message");

    public override Usage? Usage => _usage.ToUsage();

    public override ReadOnlySpan<byte> EndFrame => "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8;

    public override StreamStep Look(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data, out Range modelAt)
    {
        modelAt = default;
        ThrowIfNoObject(data);
        switch (TypeOf(eventType, data))
        {
            case var type when type.SequenceEqual("message_start"u8):
                Note(Parse(data).GetPropertyOrThrow("message"));
                modelAt = _model.Find(data);
                return StreamStep.Pass;
            case var type when type.SequenceEqual("message_delta"u8):
                var root = Parse(data);
                Note(root);
                // Some servers send one with the usage so far.
                IsComplete |=
                    root.TryGet("delta", JsonValueKind.Object, out var delta)
                    && delta.StringOf("stop_reason") is not null;
                return StreamStep.Pass;
            case var type when type.SequenceEqual("message_stop"u8):
                IsComplete = true;
                return StreamStep.End;
            case var type when type.SequenceEqual("error"u8):
                throw AnthropicErrors.ReadInAnswer(data, model);
            default:
                return StreamStep.Pass;
        }
    }

    private void Note(JsonElement root)
    {
        if (root.TryGetProperty("usage", out var usage))
        {
            _usage.Add(usage);
            ServiceTier = _usage.ServiceTier ?? ServiceTier;
        }
    }
}
