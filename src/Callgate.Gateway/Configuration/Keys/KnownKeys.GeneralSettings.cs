using static Callgate.Gateway.Configuration.Keys.KeyTable;

namespace Callgate.Gateway.Configuration.Keys;

/// <content>The keys of <c>general_settings</c>.</content>
internal static partial class KnownKeys
{
    private const string OwnWays =
        "Use the master key and virtual keys, or a callback that refuses in PreCallHookAsync.";

    public static KeyTable GeneralSettings { get; } =
        new(
            "general_settings",
            Supported(
                "The administrator's key. Default: the variable `CALLGATE_MASTER_KEY`, or else `LITELLM_MASTER_KEY`. Without one the gateway answers this machine only.",
                "master_key"
            ),
            Refused(
                OwnWays,
                "custom_auth",
                "custom_auth_settings",
                "custom_auth_run_common_checks",
                "enable_jwt_auth",
                "litellm_jwtauth",
                "enable_oauth2_auth",
                "enable_oauth2_proxy_auth",
                "oauth2_config_mappings",
                "custom_sso",
                "custom_ui_sso_sign_in_handler",
                "allow_user_auth",
                "role_permissions",
                "role_mappings",
                "trusted_proxy_ranges"
            ),
            Refused("Let a firewall, or the server in front, do it.", "allowed_ips"),
            Refused(
                "Every route but the health checks asks for a key, and the administrator's routes for the master key.",
                "allowed_routes",
                "public_routes",
                "admin_only_routes"
            ),
            Refused(
                "Put limits on the provider's side, or let a callback count.",
                "max_parallel_requests",
                "global_max_parallel_requests",
                "rpm_limit",
                "tpm_limit",
                "max_request_size_mb",
                "max_response_size_mb",
                "max_batch_file_size_mb"
            ),
            Refused(NoBudgets, "max_budget", "budget_duration"),
            Refused(
                "A callback can refuse such requests in PreCallHookAsync.",
                "enforce_user_param",
                "enforced_params",
                "service_account_settings",
                "reject_clientside_metadata_tags",
                "banned_keywords_list",
                "blocked_user_list",
                "guardrails"
            ),
            Refused(
                NoKeyRules,
                "custom_key_generate",
                "custom_key_update",
                "default_team_disabled",
                "default_key_generate_params",
                "upperbound_key_generate_params"
            ),
            Ignored(
                OnlySqlite,
                "database_url",
                "database_connection_pool_limit",
                "database_connection_timeout",
                "database_connect_timeout",
                "database_socket_timeout",
                "database_extra_connection_params",
                "database_disable_prepared_statements",
                "database_type",
                "database_args",
                "allow_requests_on_db_unavailable",
                "disable_prisma_schema_update",
                "store_model_in_db",
                "supported_db_objects",
                "coordination_redis",
                "use_redis_transaction_buffer",
                "disable_adding_master_key_hash_to_db",
                "user_api_key_cache_ttl"
            ),
            Ignored(
                "Events go to callbacks; no table of spend is kept.",
                "store_prompts_in_spend_logs",
                "disable_spend_logs",
                "disable_spend_updates",
                "disable_error_logs",
                "disable_reset_budget",
                "maximum_spend_logs_retention_period",
                "maximum_spend_logs_retention_interval",
                "maximum_spend_logs_cleanup_batch_size",
                "maximum_spend_logs_cleanup_max_batches",
                "maximum_spend_logs_cleanup_run_budget",
                "maximum_spend_logs_cleanup_batch_timeout",
                "use_spend_logs_partitioning",
                "proxy_budget_rescheduler_min_time",
                "proxy_budget_rescheduler_max_time",
                "proxy_batch_write_at",
                "proxy_batch_polling_interval",
                "spend_report_frequency"
            ),
            Ignored(
                "A failure callback can alert.",
                "alerting",
                "alerting_threshold",
                "alerting_args",
                "alert_types",
                "alert_to_webhook_url"
            ),
            Ignored(
                "Secrets come from the environment: let the platform put them there.",
                "key_management_system",
                "key_management_settings",
                "use_azure_key_vault",
                "use_google_kms"
            ),
            Ignored(
                "Deployments are judged by the calls they get.",
                "background_health_checks",
                "health_check_interval",
                "health_check_details",
                "health_check_concurrency",
                "background_health_check_model_groups",
                "model_list_healthy_only"
            ),
            Ignored(
                "A request names its model.",
                "completion_model",
                "embedding_model",
                "image_generation_model",
                "moderation_model",
                "infer_model_from_keys"
            ),
            Ignored(
                "Clients can't bring keys, addresses or headers for the provider.",
                "allow_client_side_credentials",
                "forward_client_headers_to_llm_api",
                "forward_openai_org_id",
                "use_client_credentials_pass_through_routes"
            ),
            Ignored("There are no such routes.", "pass_through_endpoints", "pass_through_request_timeout"),
            Ignored("Send the key as `Authorization`, `x-api-key` or `api-key`.", "litellm_key_header_name"),
            Ignored(
                "The end user is the body's `user`, or `x-litellm-end-user-id`.",
                "user_header_name",
                "user_header_mappings"
            ),
            Ignored(
                NoUi,
                "ui_access_mode",
                "disable_master_key_return",
                "enable_public_model_hub",
                "proxy_base_url",
                "control_plane_url",
                "plugins"
            ),
            Ignored(
                NoMcp,
                "user_mcp_management_mode",
                "mcp_internal_ip_ranges",
                "mcp_trusted_proxy_ranges",
                "mcp_xff_num_trusted_hops",
                "mcp_required_fields"
            ),
            Ignored(
                "It has no counterpart.",
                "use_x_forwarded_for",
                "disable_responses_id_security",
                "disable_retry_on_max_parallel_request_limit_error",
                "token_rate_limit_type",
                "litellm_license",
                "otel",
                "cancel_on_disconnect",
                "scheduled_job_stagger",
                "proxy_config_reload_interval_seconds",
                "disable_auto_add_proxy_admin_to_teams",
                "pass_through_all_models",
                "enable_health_check_routing"
            )
        );
}
