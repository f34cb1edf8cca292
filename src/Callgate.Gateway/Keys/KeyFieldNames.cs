using System.Collections.Frozen;

namespace Callgate.Gateway.Keys;

/// <summary>The names of LiteLLM's fields of a key: those we take, and those we refuse.</summary>
internal static class KeyFieldNames
{
    public static FrozenSet<string> Known { get; } =
    [
        "key",
        "key_alias",
        "key_type",
        "models",
        "aliases",
        "duration",
        "metadata",
        "tags",
        "user_id",
        "team_id",
        "organization_id",
        "blocked",
        "spend",
    ];

    /// <summary>
    /// What nothing here enforces or does yet. A key that has one of these would do more than its maker believes, so
    /// it isn't made. To enforce one is to take it out of here.
    /// </summary>
    public static FrozenSet<string> Unenforced { get; } =
    [
        "access_group_ids",
        "agent_id",
        "allowed_cache_controls",
        "allowed_passthrough_routes",
        "allowed_routes",
        "allowed_vector_store_indexes",
        "auto_rotate",
        "budget_duration",
        "budget_fallbacks",
        "budget_id",
        "budget_limits",
        "config",
        "default_estimated_output_tokens",
        "default_estimated_output_tokens_per_model",
        "denied_passthrough_routes",
        "disable_global_guardrails",
        "enable_prompt_caching",
        "end_user_budget_id",
        "enforced_params",
        "guardrails",
        "max_budget",
        "max_parallel_requests",
        "mcp_rpm_limit",
        "model_max_budget",
        "model_rpm_limit",
        "model_tpm_limit",
        "object_permission",
        "permissions",
        "policies",
        "project_id",
        "prompts",
        "rotation_interval",
        "router_settings",
        "rpm_limit",
        "rpm_limit_type",
        "send_invite_email",
        "soft_budget",
        "tag_rpm_limit",
        "temp_budget_expiry",
        "temp_budget_increase",
        "throttle_on_budget_exceeded",
        "tpd_limit",
        "tpm_limit",
        "tpm_limit_type",
    ];

    /// <summary>What LiteLLM reads from a key's metadata and acts upon, and nothing here does yet.</summary>
    public static FrozenSet<string> UnenforcedInMetadata { get; } =
    [
        "allowed_passthrough_routes",
        "disable_global_guardrails",
        "enforced_params",
        "guardrails",
        "litellm_disabled_callbacks",
        "logging",
        "mcp_rpm_limit",
        "model_rpm_limit",
        "model_tpm_limit",
        "policies",
        "prompts",
        "rpm_limit_type",
        "soft_budget",
        "tag_rpm_limit",
        "temp_budget_expiry",
        "temp_budget_increase",
        "throttle_on_budget_exceeded",
        "tpm_limit_type",
        "turn_off_message_logging",
    ];

    /// <summary>What a record shows and nobody sets.</summary>
    public static FrozenSet<string> ReadOnly { get; } =
    ["created_at", "created_by", "expires", "key_name", "token", "token_id", "updated_at", "updated_by"];
}
