using System.Text.Json;

namespace Callgate.Gateway.Keys;

/// <summary>What calls are told of their key, made once and not per call.</summary>
internal sealed record KeyIdentity(UserApiKey UserApiKey, IReadOnlyDictionary<string, object?> CallMetadata)
{
    public const string EndUserEntry = "user_api_key_end_user_id";
    public const string RouteEntry = "user_api_key_request_route";

    private IReadOnlyDictionary<string, object?>? _last;

    public static KeyIdentity Of(VirtualKey key)
    {
        var record = key.Record;
        var spend = key.Spend;
        return new(
            new()
            {
                KeyHash = key.Token,
                KeyName = record.KeyName.Length > 0 ? record.KeyName : null,
                KeyAlias = record.KeyAlias,
                UserId = record.UserId,
                TeamId = record.TeamId,
                OrgId = record.OrganizationId,
                Models = record.Models,
                Aliases = record.Aliases,
                Tags = key.Tags,
                Metadata = key.Metadata,
                Spend = spend,
                Expires = record.Expires,
                IsMasterKey = key.IsMaster,
            },
            // A dictionary, and not a frozen one: adding a call's own entries copies it at once, not entry by entry.
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["user_api_key"] = key.Token,
                ["user_api_key_hash"] = key.Token,
                ["user_api_key_alias"] = record.KeyAlias,
                ["user_api_key_spend"] = spend,
                ["user_api_key_max_budget"] = null,
                ["user_api_key_budget_reset_at"] = null,
                ["user_api_key_user_id"] = record.UserId,
                ["user_api_key_user_email"] = null,
                ["user_api_key_user_spend"] = null,
                ["user_api_key_user_max_budget"] = null,
                ["user_api_key_team_id"] = record.TeamId,
                ["user_api_key_team_alias"] = null,
                ["user_api_key_team_spend"] = null,
                ["user_api_key_team_max_budget"] = null,
                ["user_api_key_org_id"] = record.OrganizationId,
                ["user_api_key_org_alias"] = null,
                ["user_api_key_project_id"] = null,
                ["user_api_key_project_alias"] = null,
                [EndUserEntry] = null,
                [RouteEntry] = null,
                ["user_api_key_metadata"] = key.Metadata,
                ["user_api_key_auth_metadata"] = key.Metadata,
            }
        );
    }

    /// <summary>With the route that is called. Made once for calls that follow each other: most keys call one.</summary>
    public IReadOnlyDictionary<string, object?> CallMetadataOf(string? route)
    {
        var last = Volatile.Read(ref _last);
        return last is not null && (string?)last[RouteEntry] == route
            ? last
            : _last = Callgate.CallMetadata.With(
                CallMetadata,
                new Dictionary<string, object?> { [RouteEntry] = route }
            );
    }

    /// <summary>JSON as C# values: text, bool, long, double or null; lists and objects stay JSON.</summary>
    public static Dictionary<string, object?> Values(JsonElement metadata) =>
        metadata.EnumerateObject().ToDictionary(p => p.Name, p => Value(p.Value), StringComparer.Ordinal);

    private static object? Value(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => null,
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
            _ => value,
        };
}
