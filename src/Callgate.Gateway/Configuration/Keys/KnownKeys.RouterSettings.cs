using static Callgate.Gateway.Configuration.Keys.KeyTable;

namespace Callgate.Gateway.Configuration.Keys;

/// <content>The keys of <c>router_settings</c>.</content>
internal static partial class KnownKeys
{
    public static KeyTable RouterSettings { get; } =
        new(
            "router_settings",
            Supported("`simple-shuffle`. Any other is warned of, and simple-shuffle is used.", "routing_strategy"),
            Supported(
                "As in litellm_settings, and wins over what stands there.",
                "num_retries",
                "fallbacks",
                "context_window_fallbacks",
                "content_policy_fallbacks",
                "default_fallbacks",
                "max_fallbacks",
                "allowed_fails"
            ),
            Supported("Wins over request_timeout in litellm_settings.", "timeout"),
            Supported("Seconds until a stream's first event.", "stream_timeout"),
            Supported(
                "Seconds for which a failed deployment gets no calls, while its group has others. Default 5.",
                "cooldown_time"
            ),
            Supported("Deployments are never taken out.", "disable_cooldowns"),
            Supported("Seconds before the first retry; it doubles each time. Default 0.5.", "retry_after"),
            Supported("Other names for models. A hidden one is not listed.", "model_group_alias"),
            Refused(NoBudgets, "provider_budget_config", "deployment_budget_config"),
            Refused("Nothing limits calls to a deployment.", "default_max_parallel_requests"),
            Refused(
                "Deployments are not chosen by tags, so a key's tags would not keep it from any.",
                "enable_tag_filtering"
            ),
            Refused(NoGuardrails, "guardrail_list"),
            Ignored(
                "Counts and pauses are each replica's own.",
                "redis_host",
                "redis_port",
                "redis_password",
                "redis_url",
                "redis_db",
                "cache_kwargs",
                "cache_responses",
                "caching_groups",
                "client_ttl"
            ),
            Ignored(
                "num_retries holds for every kind of failure.",
                "retry_policy",
                "model_group_retry_policy",
                "max_retries"
            ),
            Ignored("allowed_fails holds for every kind of failure.", "allowed_fails_policy"),
            Ignored(
                "Requests are not measured beforehand; context_window_fallbacks work by the provider's answer.",
                "enable_pre_call_checks",
                "enable_pre_call_check"
            ),
            Ignored(
                "A request has no defaults: send it with the request, or add it in a hook.",
                "default_litellm_params"
            ),
            Ignored(
                "Set the level of logs by the environment: Logging__LogLevel__Default.",
                "set_verbose",
                "debug_level"
            ),
            Ignored(
                "There are no such checks. `enforce_model_rate_limits` and `router_budget_limiting` among them refuse the start.",
                "optional_pre_call_checks"
            ),
            Ignored(
                "It has no counterpart.",
                "routing_strategy_args",
                "routing_groups",
                "weights",
                "tag_filtering_match_any",
                "tag_routing_prefix",
                "model_group_affinity_config",
                "deployment_affinity_ttl_seconds",
                "default_priority",
                "polling_interval",
                "alerting_config",
                "assistants_config",
                "search_tools",
                "router_general_settings",
                "ignore_invalid_deployments",
                "enable_health_check_routing",
                "health_check_staleness_threshold"
            )
        );
}
