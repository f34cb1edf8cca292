using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Callgate.Gateway.Store;

namespace Callgate.Gateway.Keys;

/// <summary>What an administrator does with keys: reads a request, changes the ring, says what was wrong.</summary>
internal sealed class KeyAdmin(KeyRing ring, TimeProvider time)
{
    private const string Prefix = "sk-";
    private const string Administrator = "default_user_id";

    /// <summary>192 random bits.</summary>
    private const int RandomBytes = 24;

    /// <summary>Shorter keys can be guessed, and their last four characters are shown.</summary>
    private const int ShortestKey = 16;

    /// <summary>Makes a key. This is the only time that it can be seen.</summary>
    public async Task<(string Key, VirtualKey Made)> GenerateAsync(
        JsonElement body,
        CancellationToken cancellationToken
    )
    {
        var key = Given(body) ?? Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        var hash = HashOf(key);
        if (ring.IsMaster(hash))
        {
            throw AdminException.BadRequest("'key' is the master key. Choose another.", "key");
        }

        var now = Now();
        var record = KeyFields.Apply(
            body,
            new()
            {
                Token = hash.ToString(),
                KeyName = $"{Prefix}...{key[^4..]}",
                CreatedAt = now,
                CreatedBy = Administrator,
                UpdatedAt = now,
                UpdatedBy = Administrator,
            },
            now
        );
        try
        {
            return (key, await ring.InsertAsync(record, cancellationToken).ConfigureAwait(false));
        }
        catch (DuplicateKeyException duplicate)
        {
            throw Duplicate(duplicate, record.KeyAlias);
        }
    }

    /// <summary>Changes the key that the body names.</summary>
    public async Task<VirtualKey> UpdateAsync(JsonElement body, CancellationToken cancellationToken)
    {
        var hash = Named(body);
        var now = Now();
        string? alias = null;
        try
        {
            return await ChangeAsync(
                    hash,
                    stored =>
                    {
                        var changed = KeyFields.Apply(body, stored, now);
                        alias = changed.KeyAlias;
                        return changed;
                    },
                    now,
                    body.TryGetProperty("spend", out var spend) && spend.ValueKind == JsonValueKind.Number,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (DuplicateKeyException duplicate)
        {
            throw Duplicate(duplicate, alias);
        }
    }

    /// <summary>Blocks the key that the body names, or lets it in again.</summary>
    public Task<VirtualKey> SetBlockedAsync(JsonElement body, bool blocked, CancellationToken cancellationToken)
    {
        CheckOnly(body, "key");
        return ChangeAsync(Named(body), k => k with { Blocked = blocked }, Now(), setsSpend: false, cancellationToken);
    }

    /// <summary>Removes the keys that the body names, all or none.</summary>
    /// <returns>Their hashes.</returns>
    public async Task<IReadOnlyList<string>> DeleteAsync(JsonElement body, CancellationToken cancellationToken)
    {
        CheckOnly(body, "keys", "key_aliases");
        var keys = List(body, "keys").Select(HashOf).ToHashSet();
        var aliases = List(body, "key_aliases").ToHashSet(StringComparer.Ordinal);
        if (keys.Count + aliases.Count == 0)
        {
            throw AdminException.BadRequest("Name what to delete: 'keys' or 'key_aliases'.", "keys");
        }

        var missing = keys.Where(k => ring.Find(k) is null).Select(k => k.ToString()).ToList();
        var byAlias = ring.Keys.Where(k => k.Record.KeyAlias is { } alias && aliases.Contains(alias)).ToList();
        missing.AddRange(aliases.Except(byAlias.Select(k => k.Record.KeyAlias!)));
        if (missing.Count > 0)
        {
            throw AdminException.NotFound(
                $"Nothing was deleted: there is no key {string.Join(", ", missing.Take(10))}{(missing.Count > 10 ? " …" : "")}.",
                keys.Count > 0 ? "keys" : "key_aliases"
            );
        }

        keys.UnionWith(byAlias.Select(k => HashOf(k.Record.Token)));
        await ring.DeleteAsync(keys, cancellationToken).ConfigureAwait(false);
        return [.. keys.Select(k => k.ToString())];
    }

    /// <summary>The key of a value or a hash.</summary>
    public VirtualKey Find(string key) => ring.Find(HashOf(key)) ?? throw NotFound(HashOf(key));

    /// <summary>The hash of a key, or that which the text is.</summary>
    public static KeyHash HashOf(string key)
    {
        // As in LiteLLM, a hash names a key too: it is all that one sees of it later.
        if (KeyHash.TryParse(key, out var hash) || KeyHash.TryCompute(key, out hash))
        {
            return hash;
        }

        throw AdminException.BadRequest($"'key' is longer than {KeyHash.LongestKey} characters.", "key");
    }

    private async Task<VirtualKey> ChangeAsync(
        KeyHash hash,
        Func<KeyRecord, KeyRecord> change,
        DateTimeOffset now,
        bool setsSpend,
        CancellationToken cancellationToken
    ) =>
        await ring.UpdateAsync(
                hash,
                stored => change(stored) with { UpdatedAt = now, UpdatedBy = Administrator },
                setsSpend,
                cancellationToken
            )
            .ConfigureAwait(false)
        ?? throw NotFound(hash);

    private static string? Given(JsonElement body)
    {
        if (!body.TryGetProperty("key", out var value) || FieldValue.Text("key", value) is not { } key)
        {
            return null;
        }

        if (!key.StartsWith(Prefix, StringComparison.Ordinal) || key.Length < ShortestKey)
        {
            throw AdminException.BadRequest(
                $"'key' must start with '{Prefix}' and have at least {ShortestKey} characters.",
                "key"
            );
        }

        return !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? key
            : throw AdminException.BadRequest(
                "'key' must be of printable ASCII without spaces, as it goes into a header.",
                "key"
            );
    }

    private static KeyHash Named(JsonElement body) =>
        body.TryGetProperty("key", out var key) && FieldValue.Text("key", key) is { } text
            ? HashOf(text)
            : throw AdminException.BadRequest("'key' is missing: name the key, by its value or its hash.", "key");

    private static string[] List(JsonElement body, string name) =>
        body.TryGetProperty(name, out var list) ? FieldValue.Strings(name, list) : [];

    private static void CheckOnly(JsonElement body, params string[] known)
    {
        foreach (var field in body.EnumerateObject())
        {
            if (!known.Contains(field.Name))
            {
                throw AdminException.BadRequest(
                    $"'{field.Name}' isn't known here: only {string.Join(" and ", known.Select(k => $"'{k}'"))}.",
                    field.Name
                );
            }
        }
    }

    private static AdminException Duplicate(DuplicateKeyException duplicate, string? alias) =>
        duplicate.IsAlias
            ? AdminException.BadRequest(
                $"Key with alias '{alias}' already exists. Unique key aliases across all keys are required.",
                "key_alias"
            )
            : AdminException.BadRequest("A key of this value exists already. Choose another.", "key");

    private static AdminException NotFound(KeyHash hash) =>
        AdminException.NotFound($"Key not found in database. Its hash would be {hash}.", "key");

    /// <summary>As exact as the store.</summary>
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
