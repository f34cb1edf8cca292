using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>
/// Carries wire fields that have no place in Microsoft.Extensions.AI through its types and back.
/// They travel under one key: an application's own properties must never reach a provider, since many refuse unknown fields.
/// </summary>
internal static class CarriedFields
{
    public const string Key = "callgate.fields";
    public const string CacheControl = "cache_control";
    public const string ImageDetail = "detail";
    public const string Redacted = "redacted";

    public static void Attach(AIContent content, ExtraFields? fields)
    {
        if (fields is { Count: > 0 })
        {
            (content.AdditionalProperties ??= [])[Key] = ToElement(fields);
        }
    }

    public static AdditionalPropertiesDictionary? Wrap(ExtraFields? fields) =>
        fields is { Count: > 0 } ? new AdditionalPropertiesDictionary { [Key] = ToElement(fields) } : null;

    public static ExtraFields? Of(AdditionalPropertiesDictionary? properties) =>
        properties is not null
        && properties.TryGetValue(Key, out var value)
        && value is JsonElement { ValueKind: JsonValueKind.Object } element
            ? ExtraFields.Parse(element.GetRawText())
            : null;

    /// <summary>A field that applications may set as well, such as Anthropic's cache mark.</summary>
    public static JsonElement? Element(AdditionalPropertiesDictionary? properties, string name) =>
        properties is not null
        && properties.TryGetValue(name, out var value)
        && value is not null
        && JsonValues.TryToElement(value, out var element)
            ? element
            : null;

    public static string? Text(AdditionalPropertiesDictionary? properties, string name) =>
        Element(properties, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static bool Flag(AdditionalPropertiesDictionary? properties, string name) =>
        Element(properties, name) is { ValueKind: JsonValueKind.True };

    public static ExtraFields? Without(ExtraFields fields, string name)
    {
        var rest = new ExtraFields();
        foreach (var (key, value) in fields.Where(f => f.Key != name))
        {
            rest.Set(key, value);
        }

        return rest.Count == 0 ? null : rest;
    }

    public static JsonElement ToElement(ExtraFields fields) =>
        JsonElement.Parse(JsonValues.ToJsonObject(fields.Select(f => KeyValuePair.Create(f.Key, (object?)f.Value))));
}
