using System.Globalization;
using System.Text.Json;

namespace Callgate;

/// <summary>The payload's metadata: what a gateway knows of the key, and what the caller passed along.</summary>
internal static class PayloadMetadata
{
    private const string KeyPrefix = "user_api_key_";

    public static (StandardLoggingMetadata Value, bool Truncated) Of(CallDetails call, JsonElement? usage)
    {
        var truncated = false;
        var own = call.Metadata.Where(e => e.Key?.StartsWith(KeyPrefix, StringComparison.Ordinal) != true);
        var metadata = new StandardLoggingMetadata
        {
            UserApiKeyHash = Text(call, "user_api_key_hash"),
            UserApiKeyAlias = Text(call, "user_api_key_alias"),
            UserApiKeySpend = Number(call, "user_api_key_spend"),
            UserApiKeyMaxBudget = Number(call, "user_api_key_max_budget"),
            UserApiKeyBudgetResetAt = Text(call, "user_api_key_budget_reset_at"),
            UserApiKeyUserSpend = Number(call, "user_api_key_user_spend"),
            UserApiKeyUserMaxBudget = Number(call, "user_api_key_user_max_budget"),
            UserApiKeyTeamSpend = Number(call, "user_api_key_team_spend"),
            UserApiKeyTeamMaxBudget = Number(call, "user_api_key_team_max_budget"),
            UserApiKeyOrgId = Text(call, "user_api_key_org_id"),
            UserApiKeyOrgAlias = Text(call, "user_api_key_org_alias"),
            UserApiKeyTeamId = Text(call, "user_api_key_team_id"),
            UserApiKeyTeamAlias = Text(call, "user_api_key_team_alias"),
            UserApiKeyProjectId = Text(call, "user_api_key_project_id"),
            UserApiKeyProjectAlias = Text(call, "user_api_key_project_alias"),
            UserApiKeyUserId = Text(call, "user_api_key_user_id"),
            UserApiKeyUserEmail = Text(call, "user_api_key_user_email"),
            UserApiKeyEndUserId = Text(call, "user_api_key_end_user_id"),
            UserApiKeyRequestRoute = Text(call, "user_api_key_request_route"),
            UserApiKeyAuthMetadata = Any(call, "user_api_key_auth_metadata", ref truncated),
            TeamId = Text(call, "user_api_key_team_id"),
            TeamAlias = Text(call, "user_api_key_team_alias"),
            SpendLogsMetadata = Any(call, "spend_logs_metadata", ref truncated),
            RequesterIpAddress = Text(call, "requester_ip_address"),
            UserAgent = Text(call, "user_agent"),
            RequesterMetadata = own.Any()
                ? Bounded(call, (w, b) => MetadataJson.WriteEntries(w, b, own), ref truncated)
                : null,
            UsageObject = usage,
        };
        return (metadata, truncated);
    }

    public static string? Text(CallDetails call, string name) =>
        call.Metadata.TryGetValue(name, out var value)
            ? value switch
            {
                string text => SafeErrors.Cut(text, 1000),
                JsonElement { ValueKind: JsonValueKind.String } text => SafeErrors.Cut(text.GetString()!, 1000),
                DateTimeOffset or DateTime => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
                Guid id => id.ToString(),
                _ => null,
            }
            : null;

    private static double? Number(CallDetails call, string name) =>
        call.Metadata.TryGetValue(name, out var value)
            ? value switch
            {
                double number when double.IsFinite(number) => number,
                decimal number => (double)number,
                int number => number,
                long number => number,
                JsonElement { ValueKind: JsonValueKind.Number } number
                    when number.TryGetDouble(out var parsed) && double.IsFinite(parsed) => parsed,
                _ => null,
            }
            : null;

    private static JsonElement? Any(CallDetails call, string name, ref bool truncated)
    {
        if (!call.Metadata.TryGetValue(name, out var value) || value is null)
        {
            return null;
        }

        return Bounded(call, (w, b) => MetadataJson.Write(w, b, value, 0), ref truncated);
    }

    private static JsonElement Bounded(CallDetails call, Action<Utf8JsonWriter, BoundedJson> write, ref bool truncated)
    {
        var element = PayloadContent.Write(call.PayloadLimits, write, out var cut);
        truncated |= cut;
        return element;
    }
}
