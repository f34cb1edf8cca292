using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Callgate.Gateway.Store.Sqlite;

/// <summary>A key as a row: lists and objects as JSON, money as decimal text (a float would lose cents), times in Unix milliseconds.</summary>
internal static class SqliteKeyRow
{
    public const string Columns =
        "token, key_name, key_alias, models, aliases, metadata, user_id, team_id, organization_id, spend, expires, "
        + "blocked, created_at, created_by, updated_at, updated_by";

    public const string Parameters =
        "$token, $key_name, $key_alias, $models, $aliases, $metadata, $user_id, $team_id, $organization_id, $spend, "
        + "$expires, $blocked, $created_at, $created_by, $updated_at, $updated_by";

    public static KeyRecord Read(SqliteDataReader row) =>
        new()
        {
            Token = row.GetString(0),
            KeyName = row.GetString(1),
            KeyAlias = Text(row, 2),
            Models = JsonSerializer.Deserialize(row.GetString(3), KeyStoreJson.Default.StringArray) ?? [],
            Aliases = JsonSerializer.Deserialize(row.GetString(4), KeyStoreJson.Default.DictionaryStringString) ?? [],
            Metadata = Metadata(row.GetString(5)),
            UserId = Text(row, 6),
            TeamId = Text(row, 7),
            OrganizationId = Text(row, 8),
            Spend = Money(row.GetString(9)),
            Expires = row.IsDBNull(10) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
            Blocked = row.GetInt64(11) != 0,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(12)),
            CreatedBy = Text(row, 13),
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(14)),
            UpdatedBy = Text(row, 15),
        };

    public static void Bind(SqliteCommand command, KeyRecord record)
    {
        var p = command.Parameters;
        p.AddWithValue("$token", record.Token);
        p.AddWithValue("$key_name", record.KeyName);
        p.AddWithValue("$key_alias", OrNull(record.KeyAlias));
        p.AddWithValue("$models", JsonSerializer.Serialize(record.Models.ToArray(), KeyStoreJson.Default.StringArray));
        p.AddWithValue(
            "$aliases",
            JsonSerializer.Serialize(new(record.Aliases), KeyStoreJson.Default.DictionaryStringString)
        );
        p.AddWithValue("$metadata", record.Metadata.GetRawText());
        p.AddWithValue("$user_id", OrNull(record.UserId));
        p.AddWithValue("$team_id", OrNull(record.TeamId));
        p.AddWithValue("$organization_id", OrNull(record.OrganizationId));
        p.AddWithValue("$spend", Money(record.Spend));
        p.AddWithValue("$expires", OrNull(record.Expires?.ToUnixTimeMilliseconds()));
        p.AddWithValue("$blocked", record.Blocked ? 1 : 0);
        p.AddWithValue("$created_at", record.CreatedAt.ToUnixTimeMilliseconds());
        p.AddWithValue("$created_by", OrNull(record.CreatedBy));
        p.AddWithValue("$updated_at", record.UpdatedAt.ToUnixTimeMilliseconds());
        p.AddWithValue("$updated_by", OrNull(record.UpdatedBy));
    }

    public static decimal Money(string text) =>
        decimal.Parse(text, NumberStyles.Number | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);

    public static string Money(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);

    private static JsonElement Metadata(string json) =>
        JsonElement.Parse(json) is { ValueKind: JsonValueKind.Object } metadata
            ? metadata
            : throw new FormatException("The metadata of a key is no JSON object.");

    private static string? Text(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static object OrNull(object? value) => value ?? DBNull.Value;
}
