namespace Callgate;

/// <summary>Who calls the gateway: the virtual key and what it belongs to (LiteLLM's <c>UserAPIKeyAuth</c>). Never holds the key itself.</summary>
public sealed record UserApiKey
{
    /// <summary>The key's SHA-256 in lowercase hex.</summary>
    public string? KeyHash { get; init; }

    /// <summary>What people recognise the key by, e.g. <c>sk-...abcd</c>.</summary>
    public string? KeyName { get; init; }

    /// <summary>The key's alias.</summary>
    public string? KeyAlias { get; init; }

    /// <summary>The key's user.</summary>
    public string? UserId { get; init; }

    /// <summary>The user's e-mail address.</summary>
    public string? UserEmail { get; init; }

    /// <summary>The key's team.</summary>
    public string? TeamId { get; init; }

    /// <summary>The team's alias.</summary>
    public string? TeamAlias { get; init; }

    /// <summary>The key's organization.</summary>
    public string? OrgId { get; init; }

    /// <summary>The end user that the request names.</summary>
    public string? EndUserId { get; init; }

    /// <summary>The models that the key may call; empty means all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The models that stand for others when the key asks for them.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels that the key's calls bear.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What the key's owner attached to it.</summary>
    public IReadOnlyDictionary<string, object?> Metadata { get; init; } = new Dictionary<string, object?>();

    /// <summary>What the key has spent, in USD.</summary>
    public decimal Spend { get; init; }

    /// <summary>What the key may spend, in USD; null means no bound.</summary>
    public decimal? MaxBudget { get; init; }

    /// <summary>When the key ends; null means never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether it is the master key, which may do all.</summary>
    public bool IsMasterKey { get; init; }
}
