using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>Reads the fields of one object of a request. A field of the wrong kind is refused by its path, e.g. <c>input[0].role</c>; null is as good as absent.</summary>
internal readonly struct FieldReader
{
    private readonly JsonElement _source;
    private readonly string _path;

    /// <exception cref="LlmBadRequestException">It is no object.</exception>
    public FieldReader(JsonElement source, string path)
    {
        _source = source;
        _path = path;
        if (source.ValueKind != JsonValueKind.Object)
        {
            throw WrongKind(path, source, "an object");
        }
    }

    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    public bool Has(string name) => TryGet(name, out _);

    public bool TryGet(string name, out JsonElement value) =>
        _source.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    public string? String(string name) =>
        !TryGet(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw WrongKind(PathOf(name), value, "a string");

    public string RequiredString(string name) =>
        String(name)
        ?? throw ResponsesErrors.Invalid(
            PathOf(name),
            $"Missing required parameter: '{PathOf(name)}'.",
            "missing_required_parameter"
        );

    public double? Number(string name) =>
        !TryGet(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
        : throw WrongKind(PathOf(name), value, "a number");

    public int? Whole(string name) =>
        !TryGet(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw WrongKind(PathOf(name), value, "an integer");

    public bool? Bool(string name) =>
        !TryGet(name, out var value) ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw WrongKind(PathOf(name), value, "a boolean");

    public JsonElement? Array(string name) => OfKind(name, JsonValueKind.Array, "an array");

    public JsonElement? Object(string name) => OfKind(name, JsonValueKind.Object, "an object");

    public FieldReader? Fields(string name) => Object(name) is { } value ? new FieldReader(value, PathOf(name)) : null;

    /// <summary>The fields besides these; null where there are none.</summary>
    public ExtraFields? Rest(params ReadOnlySpan<string> known)
    {
        ExtraFields? rest = null;
        foreach (var property in _source.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                (rest ??= new ExtraFields()).Set(property.Name, property.Value);
            }
        }

        return rest;
    }

    public static LlmException WrongKind(string path, JsonElement value, string expected)
    {
        var kind = value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a string",
            JsonValueKind.Number => expected == "an integer" ? "another number" : "a number",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            _ => "null",
        };
        return ResponsesErrors.Invalid(
            path,
            $"Invalid type for '{path}': expected {expected}, but got {kind} instead.",
            "invalid_type"
        );
    }

    private JsonElement? OfKind(string name, JsonValueKind kind, string expected) =>
        !TryGet(name, out var value) ? null
        : value.ValueKind == kind ? value
        : throw WrongKind(PathOf(name), value, expected);
}
