using System.Globalization;
using Callgate.Formats;

namespace Callgate.Gateway.Keys;

internal enum KeyStatus
{
    Found,
    Missing,
    Unknown,
    Expired,
    Blocked,

    /// <summary>Nobody is asked for a key, and it is not for everybody all the same.</summary>
    Outsider,
}

/// <summary>Whether a request's key is good, and whose it is.</summary>
/// <param name="Status">What was found.</param>
/// <param name="Key">The key, also one that is expired or blocked; null where it is missing or unknown.</param>
/// <param name="Refusal">What the client is told; null where the key is good.</param>
internal readonly record struct KeyLookup(KeyStatus Status, VirtualKey? Key, ErrorReply? Refusal)
{
    /// <summary>A key of this length or more isn't given away by its last four characters.</summary>
    private const int SafeToHint = 16;

    private static readonly ErrorReply s_missing = Refuse(
        "Authentication Error, No api key passed in. Send one as 'Authorization: Bearer sk-...'.",
        "auth_error",
        null
    );

    private static readonly ErrorReply s_blocked = Refuse(
        "Authentication Error, Key is blocked. Update via `/key/unblock` if you're admin.",
        "auth_error",
        "key"
    );

    public static KeyLookup Found(VirtualKey key) => new(KeyStatus.Found, key, null);

    public static KeyLookup Missing() => new(KeyStatus.Missing, null, s_missing);

    public static KeyLookup Outsider(ErrorReply refusal) => new(KeyStatus.Outsider, null, refusal);

    public static KeyLookup Blocked(VirtualKey key) => new(KeyStatus.Blocked, key, s_blocked);

    public static KeyLookup Expired(VirtualKey key, DateTimeOffset now) =>
        new(
            KeyStatus.Expired,
            key,
            Refuse(
                $"Authentication Error - Expired Key. Key Expiry time {Time(key.Record.Expires!.Value)} and current time {Time(now)}",
                "expired_key",
                "key"
            )
        );

    public static KeyLookup Unknown(ReadOnlySpan<char> presented) =>
        new(
            KeyStatus.Unknown,
            null,
            Refuse(
                $"Authentication Error, Invalid proxy server token passed. Received API Key = {Hint(presented)}. "
                    + "This gateway has no such key; it may have been deleted.",
                "token_not_found_in_db",
                "key"
            )
        );

    private static string Hint(ReadOnlySpan<char> key) =>
        key.Length >= SafeToHint && !key[^4..].ContainsAnyExceptInRange('!', '~') ? $"sk-...{key[^4..]}" : "sk-...";

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static ErrorReply Refuse(string message, string type, string? param) =>
        new(401, message, type, param, "401");
}
