using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Callgate.Wire;

/// <summary>Fields that Callgate does not type. They go on to the provider, and come back from it, as they are. Immutable to its users; <see cref="With(string, JsonElement)"/> makes a changed copy.</summary>
public sealed class ExtraFields : IReadOnlyDictionary<string, JsonElement>, IDictionary<string, JsonElement>
{
    private readonly Dictionary<string, JsonElement> _fields;

    /// <summary>No fields.</summary>
    public ExtraFields() => _fields = new(StringComparer.Ordinal);

    private ExtraFields(Dictionary<string, JsonElement> fields) => _fields = fields;

    /// <summary>The fields of a JSON object.</summary>
    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public static ExtraFields Parse([StringSyntax(StringSyntaxAttribute.Json)] string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("Extra fields must be a JSON object.");
        }

        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            fields[property.Name] = property.Value.Clone();
        }

        return new ExtraFields(fields);
    }

    /// <summary>A copy with this field set.</summary>
    public ExtraFields With(string name, JsonElement value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ExtraFields(new Dictionary<string, JsonElement>(_fields, StringComparer.Ordinal) { [name] = value });
    }

    /// <summary>A copy with this field set.</summary>
    public ExtraFields With(string name, string value) =>
        With(name, JsonSerializer.SerializeToElement(value, WireJson.Default.String));

    /// <summary>A copy with this field set.</summary>
    public ExtraFields With(string name, double value) =>
        With(name, JsonElement.Parse(value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>A copy with this field set.</summary>
    public ExtraFields With(string name, bool value) => With(name, JsonElement.Parse(value ? "true" : "false"));

    /// <summary>Sets a field of one that is being made, and that nobody else has seen yet. <see cref="With(string, JsonElement)"/> would copy all fields for each, and a client may send a hundred thousand.</summary>
    internal void Set(string name, JsonElement value) => _fields[name] = value;

    /// <summary>A copy, to be made further.</summary>
    internal ExtraFields Copy() => new(new Dictionary<string, JsonElement>(_fields, StringComparer.Ordinal));

    /// <inheritdoc />
    public JsonElement this[string key] => _fields[key];

    /// <inheritdoc />
    public IEnumerable<string> Keys => _fields.Keys;

    /// <inheritdoc />
    public IEnumerable<JsonElement> Values => _fields.Values;

    /// <inheritdoc cref="IReadOnlyCollection{T}.Count" />
    public int Count => _fields.Count;

    /// <inheritdoc cref="IReadOnlyDictionary{TKey, TValue}.ContainsKey" />
    public bool ContainsKey(string key) => _fields.ContainsKey(key);

    /// <inheritdoc cref="IReadOnlyDictionary{TKey, TValue}.TryGetValue" />
    public bool TryGetValue(string key, out JsonElement value) => _fields.TryGetValue(key, out value);

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, JsonElement>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // What follows is for the JSON deserializer, which fills extension data through IDictionary.
    JsonElement IDictionary<string, JsonElement>.this[string key]
    {
        get => _fields[key];
        set => _fields[key] = value;
    }

    ICollection<string> IDictionary<string, JsonElement>.Keys => _fields.Keys;
    ICollection<JsonElement> IDictionary<string, JsonElement>.Values => _fields.Values;
    bool ICollection<KeyValuePair<string, JsonElement>>.IsReadOnly => false;

    void IDictionary<string, JsonElement>.Add(string key, JsonElement value) => _fields.Add(key, value);

    bool IDictionary<string, JsonElement>.Remove(string key) => _fields.Remove(key);

    void ICollection<KeyValuePair<string, JsonElement>>.Add(KeyValuePair<string, JsonElement> item) =>
        _fields.Add(item.Key, item.Value);

    void ICollection<KeyValuePair<string, JsonElement>>.Clear() => _fields.Clear();

    bool ICollection<KeyValuePair<string, JsonElement>>.Contains(KeyValuePair<string, JsonElement> item) =>
        _fields.ContainsKey(item.Key);

    void ICollection<KeyValuePair<string, JsonElement>>.CopyTo(
        KeyValuePair<string, JsonElement>[] array,
        int arrayIndex
    ) => ((ICollection<KeyValuePair<string, JsonElement>>)_fields).CopyTo(array, arrayIndex);

    bool ICollection<KeyValuePair<string, JsonElement>>.Remove(KeyValuePair<string, JsonElement> item) =>
        _fields.Remove(item.Key);
}
