using System.Text.Json;
using Callgate.Formats;
using Callgate.Gateway.Store;
using Callgate.Wire;

namespace Callgate.Gateway.Keys;

/// <summary>
/// A key in memory, with all that a call needs of it worked out before. Immutable but for its spend; a changed key is
/// another object.
/// </summary>
internal sealed class VirtualKey
{
    private readonly ModelAllowList _models;
    private volatile KeyIdentity _identity;

    public VirtualKey(KeyRecord record, KeySpend? spend = null)
        : this(record, spend ?? new KeySpend(record.Token, record.Spend), isMaster: false) { }

    private VirtualKey(KeyRecord record, KeySpend spend, bool isMaster)
    {
        Record = record;
        Spent = spend;
        IsMaster = isMaster;
        _models = new(record.Models);
        Tags = TagsOf(record.Metadata);
        Metadata = KeyIdentity.Values(record.Metadata);
        _identity = KeyIdentity.Of(this);
    }

    /// <summary>Who calls while no master key is set: nobody is asked who he is.</summary>
    public static VirtualKey Anonymous { get; } =
        new(new() { Token = "", KeyName = "" }, new KeySpend(null, 0), isMaster: false);

    /// <summary>As it is stored; its spend is older than <see cref="Spend"/>.</summary>
    public KeyRecord Record { get; }

    /// <summary>Whether it is the master key, which may do all and has no record.</summary>
    public bool IsMaster { get; }

    /// <summary>Whether it may see what is everybody's: the master key, or whoever calls while there is none.</summary>
    public bool IsOperator => IsMaster || this == Anonymous;

    /// <summary>The hash in hex; null where nobody was asked.</summary>
    public string? Token => Record.Token.Length > 0 ? Record.Token : null;

    /// <summary>Labels that its calls bear.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>What was attached to it.</summary>
    public IReadOnlyDictionary<string, object?> Metadata { get; }

    /// <summary>What it has spent up to now, in USD.</summary>
    public decimal Spend => Spent.Total;

    /// <summary>The key as hooks see it. Its spend is as of the last storing, some seconds ago at most.</summary>
    public UserApiKey UserApiKey => _identity.UserApiKey;

    /// <summary>LiteLLM's <c>user_api_key_*</c> entries for a call's metadata, with explicit nulls; as current as <see cref="UserApiKey"/>.</summary>
    public IReadOnlyDictionary<string, object?> CallMetadata => _identity.CallMetadata;

    /// <summary>The same, with the route that is called.</summary>
    public IReadOnlyDictionary<string, object?> CallMetadataOf(string? route) => _identity.CallMetadataOf(route);

    internal KeySpend Spent { get; }

    /// <summary>The key that may do all.</summary>
    public static VirtualKey Master() =>
        new(
            new()
            {
                // Not its hash: events go to many places, and master keys are often short enough to guess.
                Token = "litellm_proxy_master_key",
                KeyName = "master key",
                UserId = "default_user_id",
            },
            new KeySpend(null, 0),
            isMaster: true
        );

    /// <summary>The model that a name means when this key asks for it.</summary>
    public string ResolveModel(string model) => Record.Aliases.GetValueOrDefault(model, model);

    /// <summary>Whether the key may call it; aliases are to be resolved before.</summary>
    public bool IsModelAllowed(string model) => _models.Allows(model);

    /// <summary>What a client is told that asks for a model that it may not call.</summary>
    public ErrorReply RefuseModel(string model) =>
        new(
            403,
            $"key not allowed to access model. This key can only access models=[{string.Join(", ", Record.Models)}]. "
                + $"Tried to access {SafeText.Line(model)}",
            "key_model_access_denied",
            "model",
            "key_model_access_denied"
        );

    /// <summary>Works out anew what depends on the spend.</summary>
    internal void Refresh() => _identity = KeyIdentity.Of(this);

    private static string[] TagsOf(JsonElement metadata) =>
        metadata.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
            ? [.. tags.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!)]
            : [];
}
