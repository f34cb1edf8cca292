using System.Buffers;
using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Interop;

/// <summary>Reads the body of another client's request, for its event.</summary>
internal static class ExchangeRequest
{
    private const string Unknown = "unknown";

    /// <summary>Reads what can be read; what is wrong with the rest is reported.</summary>
    public static LlmRequest ReadAny(ClientRuntime runtime, Endpoint endpoint, ReadOnlyMemory<byte> body)
    {
        try
        {
            return Read(endpoint, body);
        }
#pragma warning disable CA1031 // Another client's body may be anything.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            runtime.Hub.Report(nameof(CallgateHandler), "reading a request", exception);
            return ReadLeniently(endpoint, body);
        }
    }

    /// <exception cref="JsonException">The body is not what the provider documents.</exception>
    private static LlmRequest Read(Endpoint endpoint, ReadOnlyMemory<byte> body) =>
        endpoint switch
        {
            { Provider.Name: "anthropic" } => AnthropicRequestReader.Read(body.Span),
            { IsEmbedding: true } => ReadEmbedding(endpoint, body),
            _ => ReadChat(WithModel(endpoint, body)),
        };

    /// <summary>What can be known of a body that can't be read: at best its model.</summary>
    private static LlmRequest ReadLeniently(Endpoint endpoint, ReadOnlyMemory<byte> body)
    {
        var model = endpoint.Model ?? Unknown;
        var isStream = false;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                model = endpoint.Model ?? document.RootElement.StringOf("model") ?? model;
                isStream = document.RootElement.TryGet("stream", JsonValueKind.True, out _);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or text that is no UTF-8: then the path alone speaks.
        }

        return endpoint.IsEmbedding
            ? new EmbeddingRequest { Model = model, Input = [] }
            : new ChatRequest
            {
                Model = model,
                Messages = [],
                Stream = isStream ? true : null,
            };
    }

    private static ChatRequest ReadChat(ReadOnlyMemory<byte> body)
    {
        var chat =
            JsonSerializer.Deserialize(body.Span, WireJson.Default.ChatRequest)
            ?? throw new JsonException("The request is null.");
        // What the provider will refuse must not trip up an observer.
        return chat.Messages is null || chat.Messages.Any(m => m?.Role is null) || chat.Model is null
            ? throw new JsonException("The request has no model, no messages, or one without a role.")
            : chat;
    }

    private static EmbeddingRequest ReadEmbedding(Endpoint endpoint, ReadOnlyMemory<byte> body)
    {
        using (var document = JsonDocument.Parse(body))
        {
            if (
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGet("input", JsonValueKind.Array, out var input)
                && input.EnumerateArray().Any(i => i.ValueKind != JsonValueKind.String)
            )
            {
                // Tokens in place of text: allowed, but there is no text to show.
                return (EmbeddingRequest)ReadLeniently(endpoint, body);
            }
        }

        var embedding =
            JsonSerializer.Deserialize(WithModel(endpoint, body).Span, WireJson.Default.EmbeddingRequest)
            ?? throw new JsonException("The request is null.");
        return embedding.Input is null || embedding.Model is null
            ? throw new JsonException("The request has no model, or no input.")
            : embedding;
    }

    /// <summary>Where the path names the model, the body need not, and doesn't count.</summary>
    private static ReadOnlyMemory<byte> WithModel(Endpoint endpoint, ReadOnlyMemory<byte> body)
    {
        if (endpoint.Model is not { } model)
        {
            return body;
        }

        using var document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return body;
        }

        var buffer = new ArrayBufferWriter<byte>(body.Length + model.Length + 16);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("model"u8, model);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!property.NameEquals("model"u8))
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
