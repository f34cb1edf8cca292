using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Fields of an answer that Microsoft.Extensions.AI has no property for: they stand among its additional ones, by their names on the wire.</summary>
internal static class ResponseFields
{
    public const string ServiceTier = "service_tier";
    public const string SystemFingerprint = "system_fingerprint";
    public const string Logprobs = "logprobs";

    public static AdditionalPropertiesDictionary? FromWire(
        ExtraFields? extra,
        string? serviceTier,
        string? systemFingerprint,
        JsonElement? logprobs
    )
    {
        AdditionalPropertiesDictionary? properties = null;
        foreach (var (name, value) in extra ?? [])
        {
            (properties ??= [])[name] = value;
        }

        Set(ServiceTier, serviceTier);
        Set(SystemFingerprint, systemFingerprint);
        Set(Logprobs, logprobs);
        return properties;

        void Set(string name, object? value)
        {
            if (value is not null)
            {
                (properties ??= [])[name] = value;
            }
        }
    }

    /// <summary>A text that stands under its name on the wire, or under the one that .NET packages give it.</summary>
    public static string? Text(AdditionalPropertiesDictionary? properties, string name, string dotnetName) =>
        CarriedFields.Text(properties, name) ?? CarriedFields.Text(properties, dotnetName);

    /// <summary>What is left for the extra fields.</summary>
    public static ExtraFields? Rest(AdditionalPropertiesDictionary? properties)
    {
        ExtraFields? fields = null;
        foreach (var (name, value) in properties ?? [])
        {
            if (
                name is not (ServiceTier or SystemFingerprint or Logprobs)
                && JsonValues.TryToElement(value, out var element)
            )
            {
                ((IDictionary<string, JsonElement>)(fields ??= new ExtraFields()))[name] = element;
            }
        }

        return fields;
    }
}
