using System.Globalization;
using System.Text.Json;

namespace Callgate.Gateway.Keys;

/// <summary>Writes keys as LiteLLM does.</summary>
internal static class KeyJson
{
    /// <summary>The members of a key's object.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, VirtualKey key)
    {
        var record = key.Record;
        writer.WriteString("token", record.Token);
        writer.WriteString("key_name", record.KeyName);
        writer.WriteString("key_alias", record.KeyAlias);
        writer.WriteNumber("spend", key.Spend);
        WriteTime(writer, "expires", record.Expires);
        WriteList(writer, "models", record.Models);
        writer.WriteStartObject("aliases");
        foreach (var (alias, model) in record.Aliases)
        {
            writer.WriteString(alias, model);
        }

        writer.WriteEndObject();
        writer.WriteString("user_id", record.UserId);
        writer.WriteString("team_id", record.TeamId);
        writer.WriteString("organization_id", record.OrganizationId);
        writer.WritePropertyName("metadata");
        record.Metadata.WriteTo(writer);
        WriteList(writer, "tags", key.Tags);
        writer.WriteBoolean("blocked", record.Blocked);
        // Clients look for these; a key never has them yet.
        writer.WriteNull("max_budget");
        writer.WriteNull("soft_budget");
        writer.WriteNull("budget_duration");
        writer.WriteNull("budget_reset_at");
        writer.WriteNull("tpm_limit");
        writer.WriteNull("rpm_limit");
        writer.WriteNull("max_parallel_requests");
        WriteTime(writer, "created_at", record.CreatedAt);
        writer.WriteString("created_by", record.CreatedBy);
        WriteTime(writer, "updated_at", record.UpdatedAt);
        writer.WriteString("updated_by", record.UpdatedBy);
    }

    public static void WriteList(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time) =>
        writer.WriteString(
            name,
            time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        );
}
