using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>Which part of a list of items is asked for.</summary>
/// <param name="Limit">How many, 1 to 100.</param>
/// <param name="Ascending">Whether the oldest come first.</param>
/// <param name="After">The id of the item that the part begins after.</param>
internal sealed record ItemPage(int Limit = 20, bool Ascending = false, string? After = null)
{
    /// <summary>Reads the parameters of the query; null where one is absent.</summary>
    /// <exception cref="LlmBadRequestException">One is not valid.</exception>
    public static ItemPage Parse(string? limit, string? order, string? after)
    {
        var count = 20;
        if (
            limit is not null
            && (!int.TryParse(limit, CultureInfo.InvariantCulture, out count) || count is < 1 or > 100)
        )
        {
            throw ResponsesErrors.Invalid("limit", "limit must be a number from 1 to 100.", "invalid_value");
        }

        return order is null or "asc" or "desc"
            ? new ItemPage(count, order == "asc", after)
            : throw ResponsesErrors.Invalid("order", "order must be 'asc' or 'desc'.", "invalid_value");
    }

    /// <summary>Writes the part as a list.</summary>
    /// <param name="items">All items, the oldest first.</param>
    public ReadOnlyMemory<byte> Write(IReadOnlyList<JsonElement> items)
    {
        var ordered = Ascending ? items : [.. items.Reverse()];
        var start = 0;
        if (After is not null)
        {
            start = ordered.TakeWhile(i => StoredItems.IdOf(i) != After).Count() + 1;
            if (start > ordered.Count)
            {
                throw ResponsesErrors.Invalid("after", $"There is no item '{SafeText.Line(After)}' in this list.");
            }
        }

        var part = ordered.Skip(start).Take(Limit).ToList();
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, ResponseObject.JsonOptions);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var item in part)
        {
            item.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteString("first_id"u8, part.Count == 0 ? null : StoredItems.IdOf(part[0]));
        json.WriteString("last_id"u8, part.Count == 0 ? null : StoredItems.IdOf(part[^1]));
        json.WriteBoolean("has_more"u8, start + part.Count < ordered.Count);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
