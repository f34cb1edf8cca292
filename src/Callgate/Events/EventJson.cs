using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Callgate;

/// <summary>Source-generated JSON for events: every field is written, nulls too, as readers of LiteLLM's events expect them.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StandardLoggingPayload))]
internal sealed partial class EventJson : JsonSerializerContext
{
    public static EventJson Relaxed { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                DictionaryKeyPolicy = null,
                // Content may be nested as deep as the cutting allows, below the payload's own levels.
                MaxDepth = 128,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                Converters =
                {
                    new JsonStringEnumConverter<CallOutcome>(
                        JsonNamingPolicy.SnakeCaseLower,
                        allowIntegerValues: false
                    ),
                    new JsonStringEnumConverter<CostStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
                    new JsonStringEnumConverter<LlmErrorKind>(
                        JsonNamingPolicy.SnakeCaseLower,
                        allowIntegerValues: false
                    ),
                },
            }
        );

    public static System.Text.Json.JsonElement EmptyObject { get; } = System.Text.Json.JsonElement.Parse("{}");
}

/// <summary>JSON for the records of usage and prices, without what is computed from the rest or empty: it reads back to an equal record.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TokenUsage))]
[JsonSerializable(typeof(AppliedPrices))]
internal sealed partial class AccountingJson : JsonSerializerContext;

/// <summary><see cref="AccountingJson"/>'s options, in a class of their own: they need the generated statics, whose order is not ours.</summary>
internal static class Accounting
{
    public static JsonSerializerOptions Compact { get; } = Make();

    public static JsonTypeInfo<TokenUsage> Usage { get; } =
        (JsonTypeInfo<TokenUsage>)Compact.GetTypeInfo(typeof(TokenUsage));

    public static JsonTypeInfo<AppliedPrices> Prices { get; } =
        (JsonTypeInfo<AppliedPrices>)Compact.GetTypeInfo(typeof(AppliedPrices));

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = AccountingJson.Default.WithAddedModifier(LeaveOutTheEmpty),
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Converters =
            {
                new JsonStringEnumConverter<UsageSource>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
            },
        };
        options.MakeReadOnly();
        return options;
    }

    private static void LeaveOutTheEmpty(JsonTypeInfo type)
    {
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            var property = type.Properties[i];
            if (property.Set is null)
            {
                type.Properties.RemoveAt(i);
                continue;
            }

            // A price of zero isn't one that is missing, and requests are one unless set: both zeros have to be said.
            property.ShouldSerialize =
                type.Type != typeof(TokenUsage) ? static (_, value) => value is not null
                : property.Name is "requests" or "source" ? null
                : static (_, value) => value is not (0L or 0m or false);
        }
    }
}

internal sealed class TokenUsageConverter : JsonConverter<TokenUsage>
{
    public override TokenUsage? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, Accounting.Usage);

    public override void Write(Utf8JsonWriter writer, TokenUsage value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, Accounting.Usage);
}

internal sealed class AppliedPricesConverter : JsonConverter<AppliedPrices>
{
    public override AppliedPrices? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, Accounting.Prices);

    public override void Write(Utf8JsonWriter writer, AppliedPrices value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, Accounting.Prices);
}
