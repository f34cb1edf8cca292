using System.Collections.Frozen;
using System.Text.Json;

namespace Callgate.Gateway.Store;

/// <summary>A virtual key as it is stored. The key itself is not: only its hash.</summary>
internal sealed record KeyRecord
{
    /// <summary>An object without members.</summary>
    public static JsonElement NoMetadata { get; } = JsonElement.Parse("{}");

    /// <summary>The key's SHA-256 in lowercase hex, as LiteLLM stores it.</summary>
    public required string Token { get; init; }

    /// <summary>What people recognise the key by, e.g. <c>sk-...abcd</c>.</summary>
    public required string KeyName { get; init; }

    /// <summary>Unique among the keys.</summary>
    public string? KeyAlias { get; init; }

    /// <summary>The models that the key may call, wildcards among them; empty means all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The models that stand for others when this key asks for them.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>A JSON object; <c>tags</c> in it are the key's tags.</summary>
    public JsonElement Metadata { get; init; } = NoMetadata;

    public string? UserId { get; init; }

    public string? TeamId { get; init; }

    public string? OrganizationId { get; init; }

    /// <summary>In USD.</summary>
    public decimal Spend { get; init; }

    /// <summary>From when on the key is refused; null means never.</summary>
    public DateTimeOffset? Expires { get; init; }

    public bool Blocked { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public string? CreatedBy { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public string? UpdatedBy { get; init; }
}
