namespace Callgate;

/// <summary>Tells by its name whether a header or a field holds a secret.</summary>
internal static class SecretNames
{
    public const string Mask = "***";

    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal)
    {
        "authorization",
        "proxy_authorization",
        "cookie",
        "set_cookie",
        "api_key",
        "apikey",
        "access_key",
        "access_token",
        "auth_token",
        "bearer_token",
        "client_secret",
        "credentials",
        "id_token",
        "passwd",
        "password",
        "private_key",
        "refresh_token",
        "secret",
        "secret_key",
        "security_token",
        "session_token",
        "subscription_key",
    };

    /// <summary>
    /// Whether the name, or what follows a prefix such as <c>x-</c> or <c>azure_</c>, is a known one. Counts of tokens
    /// (<c>x-ratelimit-limit-tokens</c>) are none.
    /// </summary>
    public static bool IsSecret(string name)
    {
        if (name.Length > 128)
        {
            return false;
        }

        var known = SnakeCase(name);
        for (var start = 0; start >= 0; start = known.IndexOf('_', start) is var next and >= 0 ? next + 1 : -1)
        {
            if (s_names.Contains(known[start..]))
            {
                return true;
            }
        }

        return false;
    }

    private static string SnakeCase(string name)
    {
        var text = new System.Text.StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && char.IsLower(name[i - 1]))
            {
                text.Append('_');
            }

            text.Append(name[i] is '-' or '.' or ' ' ? '_' : char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }
}
