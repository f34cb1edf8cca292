using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Keys;

/// <summary><c>/key/list</c>: the newest keys first, page by page.</summary>
internal static class KeyListing
{
    private const int LargestPage = 100;

    private static readonly string[] s_parameters =
    [
        "page",
        "size",
        "user_id",
        "team_id",
        "organization_id",
        "key_hash",
        "key_alias",
        "return_full_object",
        // The master key sees all keys, with or without these.
        "include_team_keys",
        "include_created_by_keys",
    ];

    public static Task WriteAsync(HttpContext context, KeyRing ring)
    {
        var query = context.Request.Query;
        // A filter that is passed over would show more than was asked for.
        if (query.Keys.FirstOrDefault(k => !s_parameters.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw AdminException.BadRequest(
                $"'{unknown}' isn't known here: only {string.Join(", ", s_parameters)}.",
                unknown
            );
        }

        var page = Number(query, "page", 1, 1, int.MaxValue);
        var size = Number(query, "size", 10, 1, LargestPage);
        var full = Flag(query, "return_full_object");
        var found = Filter(ring, query)
            .OrderByDescending(k => k.Record.CreatedAt)
            .ThenBy(k => k.Record.Token, StringComparer.Ordinal)
            .ToList();
        var first = (int)Math.Min((page - 1L) * size, found.Count);
        var shown = found.GetRange(first, Math.Min(size, found.Count - first));

        return AdminReply.WriteAsync(
            context,
            200,
            writer =>
            {
                writer.WriteStartArray("keys");
                foreach (var key in shown)
                {
                    if (full)
                    {
                        writer.WriteStartObject();
                        KeyJson.WriteMembers(writer, key);
                        writer.WriteEndObject();
                    }
                    else
                    {
                        writer.WriteStringValue(key.Token);
                    }
                }

                writer.WriteEndArray();
                writer.WriteNumber("total_count", found.Count);
                writer.WriteNumber("current_page", page);
                writer.WriteNumber("total_pages", (found.Count + size - 1) / size);
            }
        );
    }

    private static IEnumerable<VirtualKey> Filter(KeyRing ring, IQueryCollection query)
    {
        var keys = ring.Keys;
        Only("user_id", k => k.Record.UserId);
        Only("team_id", k => k.Record.TeamId);
        Only("organization_id", k => k.Record.OrganizationId);
        Only("key_hash", k => k.Token);
        Only("key_alias", k => k.Record.KeyAlias);
        return keys;

        void Only(string name, Func<VirtualKey, string?> value)
        {
            var wanted = query[name].ToString();
            if (wanted.Length > 0)
            {
                keys = keys.Where(k => value(k) == wanted);
            }
        }
    }

    private static int Number(IQueryCollection query, string name, int absent, int least, int most)
    {
        var text = query[name].ToString();
        if (text.Length == 0)
        {
            return absent;
        }

        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw AdminException.BadRequest($"'{name}' should be a number from {least} to {most}.", name);
    }

    private static bool Flag(IQueryCollection query, string name) =>
        query[name].ToString().ToLowerInvariant() switch
        {
            "true" or "1" => true,
            "" or "false" or "0" => false,
            _ => throw AdminException.BadRequest($"'{name}' should be true or false.", name),
        };
}
