using System.Buffers;
using System.Text.Json;
using Callgate.Gateway.Configuration.Keys;
using Callgate.Gateway.Store;
using Callgate.Wire;

namespace Callgate.Gateway.Keys;

/// <summary>Reads the body of <c>/key/generate</c> and <c>/key/update</c>: each field that is there changes the record.</summary>
internal static class KeyFields
{
    private const int LargestMetadata = 64 * 1024;

    /// <summary>The record with the body's fields.</summary>
    /// <exception cref="AdminException">A field is wrong, unknown, or asks for what isn't enforced.</exception>
    public static KeyRecord Apply(JsonElement body, KeyRecord record, DateTimeOffset now)
    {
        JsonElement? tags = null;
        foreach (var field in body.EnumerateObject())
        {
            var (name, value) = (field.Name, field.Value);
            switch (name)
            {
                case "key":
                    break;
                case "key_alias":
                    record = record with { KeyAlias = FieldValue.Text(name, value) };
                    break;
                case "key_type":
                    CheckType(FieldValue.Text(name, value));
                    break;
                case "models":
                    record = record with { Models = Models(value) };
                    break;
                case "aliases":
                    record = record with { Aliases = Aliases(value) };
                    break;
                case "duration":
                    record = record with { Expires = Expires(FieldValue.Text(name, value), record.Expires, now) };
                    break;
                case "metadata":
                    record = record with { Metadata = Metadata(value) };
                    break;
                case "tags":
                    tags = value.ValueKind == JsonValueKind.Null ? null : value;
                    break;
                case "user_id":
                    record = record with { UserId = FieldValue.Text(name, value) };
                    break;
                case "team_id":
                    record = record with { TeamId = FieldValue.Text(name, value) };
                    break;
                case "organization_id":
                    record = record with { OrganizationId = FieldValue.Text(name, value) };
                    break;
                case "blocked":
                    record = record with { Blocked = FieldValue.Flag(name, value) };
                    break;
                case "spend":
                    record = record with { Spend = FieldValue.Money(name, value) ?? record.Spend };
                    break;
                default:
                    Refuse(name, value);
                    break;
            }
        }

        return tags is null
            ? record
            : record with
            {
                Metadata = WithTags(record.Metadata, FieldValue.Strings("tags", tags.Value)),
            };
    }

    private static string[] Models(JsonElement value)
    {
        var models = FieldValue.Strings("models", value);
        return !models.Contains("all-team-models")
            ? models
            : throw AdminException.BadRequest(
                $"'models' holds 'all-team-models', but teams have no models of their own here yet. Name the models, or '{ModelAllowList.AllModels}'.",
                "models"
            );
    }

    private static Dictionary<string, string> Aliases(JsonElement value)
    {
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        if (value.ValueKind == JsonValueKind.Null)
        {
            return aliases;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw FieldValue.Wrong("aliases", "an object of strings", value);
        }

        FieldValue.CheckCount("aliases", value.GetPropertyCount());
        foreach (var alias in value.EnumerateObject())
        {
            var param = $"aliases.{SafeText.Line(alias.Name)}";
            aliases[alias.Name] =
                FieldValue.Text(param, alias.Value)
                ?? throw AdminException.BadRequest($"'{param}' names no model.", param);
        }

        return aliases;
    }

    private static DateTimeOffset? Expires(string? duration, DateTimeOffset? before, DateTimeOffset now)
    {
        if (duration is null)
        {
            return before;
        }

        return KeyDuration.TryAdd(duration, now, out var expires)
            ? expires
            : throw AdminException.BadRequest(
                $"'duration' is '{duration}', but should be like 30s, 30m, 12h, 30d, 2w or 1mo, or -1 for a key that never expires.",
                "duration"
            );
    }

    private static JsonElement Metadata(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return KeyRecord.NoMetadata;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw FieldValue.Wrong("metadata", "an object", value);
        }

        foreach (var entry in value.EnumerateObject())
        {
            if (KeyFieldNames.UnenforcedInMetadata.Contains(entry.Name) && !FieldValue.IsNothing(entry.Value))
            {
                throw Unenforced($"metadata.{entry.Name}");
            }
        }

        return WithTags(
            value,
            value.TryGetProperty("tags", out var tags) ? FieldValue.Strings("metadata.tags", tags) : null
        );
    }

    /// <summary>Written anew, so that no text in it is left that can't be read.</summary>
    private static JsonElement WithTags(JsonElement metadata, string[]? tags)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            foreach (var entry in metadata.EnumerateObject().Where(e => e.Name != "tags"))
            {
                entry.WriteTo(writer);
            }

            if (tags is not null)
            {
                writer.WriteStartArray("tags");
                Array.ForEach(tags, writer.WriteStringValue);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return output.WrittenCount <= LargestMetadata
            ? JsonElement.Parse(output.WrittenSpan)
            : throw AdminException.BadRequest($"'metadata' is larger than {LargestMetadata} bytes.", "metadata");
    }

    /// <summary>A virtual key can call models and read about itself, which is what these two kinds mean.</summary>
    private static void CheckType(string? type)
    {
        if (type is not (null or "default" or "llm_api"))
        {
            throw AdminException.BadRequest(
                $"'key_type' is '{type}', but keys can only call models here: 'default' or 'llm_api'.",
                "key_type"
            );
        }
    }

    private static void Refuse(string name, JsonElement value)
    {
        if (KeyFieldNames.Unenforced.Contains(name))
        {
            if (!FieldValue.IsNothing(value))
            {
                throw Unenforced(name);
            }

            return;
        }

        if (KeyFieldNames.ReadOnly.Contains(name))
        {
            throw AdminException.BadRequest(
                name == "expires"
                    ? "'expires' can't be set: send 'duration', and it is worked out."
                    : $"'{name}' can't be set.",
                name
            );
        }

        var nearest = EditDistance.Nearest(name, KeyFieldNames.Known.Concat(KeyFieldNames.Unenforced));
        throw AdminException.BadRequest(
            $"'{SafeText.Line(name)}' is no field of a key." + (nearest is null ? "" : $" Is '{nearest}' meant?"),
            SafeText.Line(name)
        );
    }

    private static AdminException Unenforced(string name) =>
        AdminException.BadRequest(
            $"'{name}' isn't enforced by this gateway yet, and a key that seems to have it is worse than none: leave it out.",
            name
        );
}
