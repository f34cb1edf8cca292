using static Callgate.Gateway.Configuration.Keys.KeyTable;

namespace Callgate.Gateway.Configuration.Keys;

/// <content>The keys of <c>litellm_settings</c>.</content>
internal static partial class KnownKeys
{
    public static KeyTable LitellmSettings { get; } =
        new(
            "litellm_settings",
            Supported("In order: built-in names, or your own code.", "callbacks"),
            Supported("The same, for one kind of event.", "input_callback", "success_callback", "failure_callback"),
            Supported("How often a failed attempt is tried again, 0 to 100. Default 2.", "num_retries"),
            Supported(
                "Seconds for a whole call, retries and fallbacks included; in LiteLLM for an attempt. Default 600.",
                "request_timeout"
            ),
            Supported(
                "As in LiteLLM. `*` stands for every model without fallbacks of its own.",
                "fallbacks",
                "context_window_fallbacks",
                "content_policy_fallbacks",
                "default_fallbacks"
            ),
            Supported("At most so many fallbacks of a model are tried.", "max_fallbacks"),
            Supported(
                "Failures within a minute before a deployment is taken out for a while. Default 0.",
                "allowed_fails"
            ),
            Supported("Parameters that the provider doesn't have are left out, not refused.", "drop_params"),
            Supported("Keeps answers; see cache_params.", "cache", "cache_params"),
            Supported("Callbacks get no messages and no answers.", "turn_off_message_logging"),
            Supported(
                "Always: `/metrics` needs the master key, where there is one.",
                "require_auth_for_metrics_endpoint"
            ),
            Refused(NoBudgets, "max_budget", "budget_duration", "max_user_budget", "max_ui_session_budget"),
            Refused(
                NoBudgets,
                "default_max_internal_user_budget",
                "max_internal_user_budget",
                "internal_user_budget_duration",
                "max_end_user_budget",
                "max_end_user_budget_id",
                "tag_budget_config",
                "default_soft_budget",
                "provider_budget_config"
            ),
            Refused(
                "Put limits on the provider's side.",
                "max_parallel_requests",
                "rpm_limit",
                "tpm_limit",
                "priority_reservation",
                "priority_reservation_settings"
            ),
            Refused(
                NoKeyRules,
                "upperbound_key_generate_params",
                "default_key_generate_params",
                "key_generation_settings",
                "default_internal_user_params",
                "default_team_params",
                "enable_key_alias_format_validation",
                "key_alias_pattern"
            ),
            Refused(
                NoGuardrails,
                "guardrails",
                "blocked_user_list",
                "banned_keywords_list",
                "pre_call_rules",
                "post_call_rules",
                "output_parse_pii",
                "presidio_ad_hoc_recognizers",
                "llm_guard_mode",
                "llamaguard_model_name",
                "llamaguard_unsafe_content_categories",
                "openai_moderations_model_name",
                "google_moderation_confidence_threshold",
                "vertex_ai_safety_settings",
                "enable_json_schema_validation"
            ),
            Refused(
                "A callback can leave it out: override LoggingHookAsync.",
                "redact_user_api_key_info",
                "redact_messages_in_exceptions",
                "standard_logging_payload_excluded_fields"
            ),
            Refused("A client can ask for no event with `no-log`: it is still counted.", "global_disable_no_log_param"),
            Refused(
                "End users are in the events as clients name them.",
                "disable_end_user_cost_tracking",
                "disable_end_user_cost_tracking_prometheus_only"
            ),
            Ignored(
                "There are no services besides the gateway whose health could be told.",
                "service_callback",
                "service_callbacks",
                "audit_log_callbacks",
                "store_audit_logs"
            ),
            Ignored("Set them in router_settings.", "model_alias_map", "cooldown_time"),
            Ignored("Give each deployment its own.", "api_key", "api_base", "api_version", "organization", "headers"),
            Ignored(
                "Set the level of logs by the environment: Logging__LogLevel__Default.",
                "set_verbose",
                "json_logs",
                "suppress_debug_info"
            ),
            Ignored(
                "Settings of a callback belong in callback_settings.",
                "langfuse_default_tags",
                "langsmith_batch_size",
                "argilla_batch_size",
                "s3_callback_params",
                "datadog_params",
                "datadog_llm_observability_params",
                "aws_sqs_callback_params",
                "generic_logger_headers",
                "prometheus_initialize_budget_metrics",
                "prometheus_metrics_config",
                "custom_prometheus_metadata_labels",
                "custom_prometheus_tags",
                "enable_end_user_cost_tracking_prometheus_only",
                "cold_storage_custom_logger",
                "default_team_settings"
            ),
            Ignored(NoMcp, "mcp_aliases", "public_mcp_servers"),
            Ignored(NoUi, "public_model_groups", "public_model_groups_links", "public_agent_groups"),
            Ignored(
                "It has no counterpart.",
                "modify_params",
                "enable_preview_features",
                "force_ipv4",
                "ssl_verify",
                "ssl_certificate",
                "telemetry",
                "check_provider_endpoint",
                "num_retries_per_request",
                "default_redis_ttl",
                "default_in_memory_ttl",
                "default_redis_batch_cache_expiry",
                "enable_caching_on_provider_specific_optional_params",
                "enable_loadbalancing_on_batch_endpoints",
                "return_response_headers",
                "include_cost_in_streaming_usage",
                "log_raw_request_response",
                "disable_streaming_logging",
                "disable_token_counter",
                "allow_dynamic_callback_disabling",
                "add_user_information_to_llm_headers",
                "filter_invalid_headers",
                "forward_traceparent_to_llm_provider",
                "model_group_settings",
                "extra_spend_tag_headers",
                "disable_add_user_agent_to_request_tags",
                "disable_add_transform_inline_image_block",
                "use_chat_completions_url_for_anthropic_messages",
                "disable_hf_tokenizer_download",
                "disable_copilot_system_to_assistant",
                "custom_provider_map",
                "cost_discount_config",
                "cost_margin_config",
                "use_client",
                "use_litellm_proxy",
                "disable_aiohttp_transport",
                "disable_aiohttp_trust_env",
                "request_correlation_in_logs"
            )
        );
}
