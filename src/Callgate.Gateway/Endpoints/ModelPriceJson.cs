using System.Text.Json;

namespace Callgate.Gateway.Endpoints;

/// <summary>What the catalogue knows of a model, under LiteLLM's names.</summary>
internal static class ModelPriceJson
{
    public static void Write(Utf8JsonWriter json, ModelPrice price, string model, string provider, JsonElement given)
    {
        var information = JsonSerializer.SerializeToElement(
            PayloadParts.ModelInfo(price, model, provider),
            EventJson.Relaxed.StandardLoggingModelInfo
        );
        foreach (var property in information.EnumerateObject())
        {
            if (given.ValueKind != JsonValueKind.Object || !given.TryGetProperty(property.Name, out _))
            {
                property.WriteTo(json);
            }
        }
    }
}
