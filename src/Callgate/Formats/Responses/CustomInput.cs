using System.Text.Encodings.Web;
using System.Text.Json;

namespace Callgate.Formats.Responses;

/// <summary>The plain text that a custom tool takes, as the arguments of a function with one parameter: <c>{"input":"…"}</c>.</summary>
internal static class CustomInput
{
    public const string Begin = "{\"input\":\"";
    public const string End = "\"}";

    public static JsonElement Schema { get; } =
        JsonElement.Parse(
            """{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}"""
        );

    /// <summary>A piece of the text, to stand between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public static string Escape(string piece) =>
        JsonEncodedText.Encode(piece, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    public static string Wrap(string input) => Begin + Escape(input) + End;

    /// <summary>The text again. What a model wrote instead of such arguments is its input as it is.</summary>
    public static string Unwrap(string arguments)
    {
        try
        {
            var root = JsonElement.Parse(arguments);
            return
                root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("input", out var input)
                && input.ValueKind == JsonValueKind.String
                ? input.GetString()!
                : arguments;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return arguments;
        }
    }
}
