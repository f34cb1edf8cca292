using System.Text.Json;

namespace Callgate;

/// <summary>Who made a call, and what they passed along. Outside of a gateway nobody authenticates, and the fields of the key are null.</summary>
public sealed record StandardLoggingMetadata
{
    /// <summary>The SHA-256 of the gateway's key.</summary>
    public string? UserApiKeyHash { get; init; }

    /// <summary>The key's alias.</summary>
    public string? UserApiKeyAlias { get; init; }

    /// <summary>What the key has spent, in USD.</summary>
    public double? UserApiKeySpend { get; init; }

    /// <summary>What the key may spend, in USD.</summary>
    public double? UserApiKeyMaxBudget { get; init; }

    /// <summary>When the key's budget begins anew.</summary>
    public string? UserApiKeyBudgetResetAt { get; init; }

    /// <summary>What the key's user has spent, in USD.</summary>
    public double? UserApiKeyUserSpend { get; init; }

    /// <summary>What the key's user may spend, in USD.</summary>
    public double? UserApiKeyUserMaxBudget { get; init; }

    /// <summary>What the key's team has spent, in USD.</summary>
    public double? UserApiKeyTeamSpend { get; init; }

    /// <summary>What the key's team may spend, in USD.</summary>
    public double? UserApiKeyTeamMaxBudget { get; init; }

    /// <summary>The key's organization.</summary>
    public string? UserApiKeyOrgId { get; init; }

    /// <summary>The organization's alias.</summary>
    public string? UserApiKeyOrgAlias { get; init; }

    /// <summary>The key's team.</summary>
    public string? UserApiKeyTeamId { get; init; }

    /// <summary>The team's alias.</summary>
    public string? UserApiKeyTeamAlias { get; init; }

    /// <summary>The key's project.</summary>
    public string? UserApiKeyProjectId { get; init; }

    /// <summary>The project's alias.</summary>
    public string? UserApiKeyProjectAlias { get; init; }

    /// <summary>The key's user.</summary>
    public string? UserApiKeyUserId { get; init; }

    /// <summary>The user's e-mail address.</summary>
    public string? UserApiKeyUserEmail { get; init; }

    /// <summary>The end user on whose behalf the key was used.</summary>
    public string? UserApiKeyEndUserId { get; init; }

    /// <summary>The gateway's route that was called.</summary>
    public string? UserApiKeyRequestRoute { get; init; }

    /// <summary>What the key's owner attached to it.</summary>
    public JsonElement? UserApiKeyAuthMetadata { get; init; }

    /// <summary>The team that the call belongs to.</summary>
    public string? TeamId { get; init; }

    /// <summary>That team's alias.</summary>
    public string? TeamAlias { get; init; }

    /// <summary>The caller's <c>spend_logs_metadata</c>.</summary>
    public JsonElement? SpendLogsMetadata { get; init; }

    /// <summary>The caller's address.</summary>
    public string? RequesterIpAddress { get; init; }

    /// <summary>The caller's program.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The caller's metadata, within <see cref="PayloadLimits"/>; null where there is none.</summary>
    public JsonElement? RequesterMetadata { get; init; }

    /// <summary>The caller's own HTTP headers.</summary>
    public JsonElement? RequesterCustomHeaders { get; init; }

    /// <summary>The guardrails that were applied.</summary>
    public IReadOnlyList<string>? AppliedGuardrails { get; init; }

    /// <summary>The usage in OpenAI's format; null where nothing is known.</summary>
    public JsonElement? UsageObject { get; init; }

    /// <summary>Where LiteLLM keeps the whole event. Always null.</summary>
    public string? ColdStorageObjectKey { get; init; }

    /// <summary>What an automatic router decided. Always null: see the attempts under <c>callgate</c>.</summary>
    public JsonElement? RoutingDecision { get; init; }

    /// <summary>Whether the caller's own OAuth token was used.</summary>
    public bool? UsedClientOauthToken { get; init; }

    /// <summary>The prompt that a prompt manager filled in.</summary>
    public JsonElement? PromptManagementMetadata { get; init; }

    /// <summary>The MCP tool that was called.</summary>
    public JsonElement? McpToolCallMetadata { get; init; }

    /// <summary>The vector stores that were searched.</summary>
    public JsonElement? VectorStoreRequestMetadata { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() => $"key {UserApiKeyAlias ?? UserApiKeyHash ?? "unknown"}";
}
