using System.Globalization;
using System.Text.Json;

namespace Callgate.Gateway.Keys;

/// <summary>Takes values out of an administrator's JSON; where one is wrong, the 400 names its field.</summary>
internal static class FieldValue
{
    private const int LongestText = 256;
    private const int MostItems = 1000;
    private const decimal LargestAmount = 1_000_000_000_000;

    /// <summary>Text of bounded length; null where it is null or empty.</summary>
    public static string? Text(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, "a string", value);
        if (text.Length > LongestText)
        {
            throw AdminException.BadRequest($"'{name}' is longer than {LongestText} characters.", name);
        }

        // Such text goes into headers, logs and files.
        if (text.Any(char.IsControl))
        {
            throw AdminException.BadRequest($"'{name}' holds control characters.", name);
        }

        return text.Length > 0 ? text : null;
    }

    /// <summary>A list of texts, none of them empty; null is an empty list.</summary>
    public static string[] Strings(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, "a list of strings", value);
        }

        CheckCount(name, value.GetArrayLength());
        return
        [
            .. value
                .EnumerateArray()
                .Select(v =>
                    v.ValueKind == JsonValueKind.Null
                        ? throw Wrong(name, "a list of strings", v)
                        : Text(name, v) ?? throw AdminException.BadRequest($"'{name}' holds an empty string.", name)
                ),
        ];
    }

    public static bool Flag(string name, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw Wrong(name, "true or false", value),
        };

    public static decimal? Money(string name, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number when value.TryGetDecimal(out var amount) && amount is >= 0 and <= LargestAmount =>
                amount,
            JsonValueKind.Number => throw AdminException.BadRequest(
                string.Create(CultureInfo.InvariantCulture, $"'{name}' should be from 0 to {LargestAmount} USD."),
                name
            ),
            _ => throw Wrong(name, "a number", value),
        };

    /// <summary>Clients send these for what they don't use.</summary>
    public static bool IsNothing(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => true,
            JsonValueKind.String => value.ValueEquals(""u8),
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => value.GetPropertyCount() == 0,
            _ => false,
        };

    public static void CheckCount(string name, int count)
    {
        if (count > MostItems)
        {
            throw AdminException.BadRequest($"'{name}' has more than {MostItems} entries.", name);
        }
    }

    public static AdminException Wrong(string name, string wanted, JsonElement value) =>
        AdminException.BadRequest(
            $"'{name}' should be {wanted}, but is {value.ValueKind switch
            {
                JsonValueKind.Array => "a list",
                JsonValueKind.Object => "an object",
                JsonValueKind.String => "a string",
                JsonValueKind.Number => "a number",
                JsonValueKind.Null => "null",
                _ => "true or false",
            }}.",
            name
        );
}
