using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>
/// The body of a client's request: the bytes as they came, and what the gateway has to know of them. The typed request is made
/// when somebody looks at it. Immutable, but for that.
/// </summary>
internal sealed class ClientBody
{
    private const int LongestModel = 512;

    private readonly List<RequestField> _fields;
    private LlmRequest? _request;
    private LlmRequest? _empty;

    private ClientBody(ClientFormat format, ReadOnlyMemory<byte> bytes, List<RequestField> fields, string model)
    {
        Format = format;
        Bytes = bytes;
        _fields = fields;
        Model = model;
    }

    public ClientFormat Format { get; }
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The model as the client wrote it, in the body or in the path.</summary>
    public string Model { get; }

    public bool IsStream { get; private init; }

    /// <summary>Whether somebody has looked at the typed request already.</summary>
    public bool IsRead => _request is not null;

    /// <summary>Whether the client asked for the usage of its stream.</summary>
    public bool IncludesUsage { get; private init; }

    /// <summary>Whether it has fields that are for the gateway.</summary>
    public bool HasOwn { get; private init; }

    /// <summary>Looks over a body once.</summary>
    /// <param name="format">The endpoint's format.</param>
    /// <param name="bytes">The body; the caller leaves it alone from here on.</param>
    /// <param name="pathModel">The model, where the path names it: it wins.</param>
    /// <exception cref="JsonException">It can't be a request of this format.</exception>
    public static ClientBody Read(ClientFormat format, ReadOnlyMemory<byte> bytes, string? pathModel = null)
    {
        var fields = RequestScan.Fields(bytes.Span);
        var model = pathModel;
        bool isStream = false,
            includesUsage = false,
            hasOwn = false;
        foreach (var field in fields)
        {
            hasOwn |= OwnFields.Contains(field.Name, format);
            switch (field.Name)
            {
                case "model" when pathModel is null:
                    model = TextOf(bytes.Span, field);
                    break;
                case "stream":
                    isStream = FlagOf(bytes.Span, field);
                    if (isStream && format.IsEmbedding)
                    {
                        throw new JsonException("Embeddings don't come as a stream: leave the field 'stream' out.");
                    }

                    break;
                case "stream_options":
                    includesUsage = AsksForUsage(bytes.Span, field);
                    break;
            }
        }

        if (string.IsNullOrWhiteSpace(model))
        {
            throw new JsonException("The field 'model' is missing: name the model to call.");
        }

        // It goes into headers and events.
        if (model.Length > LongestModel)
        {
            throw new JsonException($"The model's name is longer than {LongestModel} characters.");
        }

        return new ClientBody(format, bytes, fields, model)
        {
            IsStream = isStream,
            IncludesUsage = includesUsage,
            HasOwn = hasOwn,
        };
    }

    /// <summary>The request in the common tongue, with all of its fields.</summary>
    /// <exception cref="JsonException">The body is not of its format.</exception>
    /// <exception cref="LlmBadRequestException">The body asks for what can't be expressed.</exception>
    public LlmRequest ReadRequest()
    {
        if (_request is { } known)
        {
            return known;
        }

        var read = WithoutOwn(Format.ReadView(Bytes.Span));
        return _request = read.Model == Model ? read : read with { Model = Model };
    }

    /// <summary>Puts a request in the place of what was read, which says more than the bytes alone: what they refer to.</summary>
    public void Complete(LlmRequest request) => _request = request;

    // They are read into the call's options; no provider is to get them, and some hold secrets.
    private LlmRequest WithoutOwn(LlmRequest read)
    {
        if (!HasOwn || read.AdditionalProperties is not { } extra)
        {
            return read;
        }

        var kept = new ExtraFields();
        foreach (var (name, value) in extra.Where(e => !IsOwn(e.Key)))
        {
            kept.Set(name, value);
        }

        return read with
        {
            AdditionalProperties = kept.Count == 0 ? null : kept,
        };
    }

    /// <summary>The request for those who only look, and must not fail for a body that its provider refuses.</summary>
    public LlmRequest RequestOrEmpty
    {
        get
        {
            try
            {
                return _empty ?? ReadRequest();
            }
            catch (Exception e)
                when (e is JsonException or LlmException or InvalidOperationException or FormatException)
            {
                // Kept apart: whoever sends it on is to get the failure.
                return _empty = Format.IsEmbedding
                    ? new EmbeddingRequest { Model = Model, Input = [] }
                    : new ChatRequest { Model = Model, Messages = [] };
            }
        }
    }

    /// <summary>The fields that are for the gateway.</summary>
    public IEnumerable<(string Name, JsonElement Value)> Own()
    {
        foreach (var field in _fields)
        {
            if (OwnFields.Contains(field.Name, Format))
            {
                yield return (field.Name, JsonElement.Parse(Bytes.Span[field.ValueStart..field.End]));
            }
        }
    }

    /// <summary>The value of a field, as JSON; null where it is not there.</summary>
    public JsonElement? Find(string name) => TryFind(name, out var json) ? JsonElement.Parse(json) : null;

    /// <summary>The bytes of a field's value.</summary>
    public bool TryFind(string name, out ReadOnlySpan<byte> json)
    {
        foreach (var field in _fields)
        {
            if (field.Name == name)
            {
                json = Bytes.Span[field.ValueStart..field.End];
                return true;
            }
        }

        json = default;
        return false;
    }

    /// <summary>The body as the provider gets it: under the provider's name of the model, without the gateway's own fields, and asking for the usage of a stream.</summary>
    public ReadOnlyMemory<byte> ForProvider(string model)
    {
        (string, byte[]) name = ("model", JsonSerializer.SerializeToUtf8Bytes(model, WireJson.Relaxed.String));
        return IsStream && !IncludesUsage && Format.AsksForUsage
            ? RequestScan.Rewrite(Bytes.Span, _fields, IsOwn, [name, ("stream_options", OptionsWithUsage())])
            : RequestScan.Rewrite(Bytes.Span, _fields, IsOwn, [name]);
    }

    private bool IsOwn(string name) => OwnFields.Contains(name, Format);

    private byte[] OptionsWithUsage()
    {
        if (Find("stream_options") is not { ValueKind: JsonValueKind.Object } given)
        {
            return """{"include_usage":true}"""u8.ToArray();
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in given.EnumerateObject().Where(p => p.Name != "include_usage"))
            {
                property.WriteTo(writer);
            }

            writer.WriteBoolean("include_usage"u8, true);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string? TextOf(ReadOnlySpan<byte> body, RequestField field)
    {
        var reader = new Utf8JsonReader(body[field.ValueStart..field.End]);
        reader.Read();
        try
        {
            return reader.TokenType == JsonTokenType.String
                ? reader.GetString()
                : throw new JsonException($"The field '{field.Name}' must be a string.");
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"The field '{field.Name}' is no valid text.", e);
        }
    }

    private static bool FlagOf(ReadOnlySpan<byte> body, RequestField field) =>
        body[field.ValueStart..field.End] switch
        {
            [(byte)'t', ..] => true,
            [(byte)'f', ..] or [(byte)'n', ..] => false,
            _ => throw new JsonException($"The field '{field.Name}' must be true or false."),
        };

    private static bool AsksForUsage(ReadOnlySpan<byte> body, RequestField field)
    {
        var reader = new Utf8JsonReader(body[field.ValueStart..field.End]);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The field 'stream_options' must be an object.");
        }

        var asks = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals("include_usage"u8);
            reader.Read();
            asks = isIt ? reader.TokenType == JsonTokenType.True : asks;
            reader.Skip();
        }

        return asks;
    }
}
