using static Callgate.Gateway.Configuration.Keys.KeyTable;

namespace Callgate.Gateway.Configuration.Keys;

/// <summary>Every key of LiteLLM's config that we know of, and what happens to it. Source: LiteLLM's public documentation.</summary>
internal static partial class KnownKeys
{
    private const string NoUi = "There are no pages.";
    private const string NoMcp = "There is no MCP gateway.";
    private const string OnlySqlite = "Keys are kept in SQLite: `--database` says where.";
    private const string NoBudgets = "Nothing counts spend against a budget.";
    private const string NoKeyRules = "The gateway does not check how keys are made.";
    private const string NoGuardrails = "Guard calls by a callback: PreCallHookAsync can refuse or rewrite them.";

    public static KeyTable TopLevel { get; } =
        new(
            "the top level",
            Supported("See their tables.", "model_list", "litellm_settings", "router_settings", "general_settings"),
            Supported("Set for the process before anything else is read.", "environment_variables"),
            Supported(
                "By callback. Of your own code `on_failure` and `timeout` hold for its registration, and its constructor gets all of it where it takes a `JsonElement`. A name that is in no list of callbacks is warned of; an HTTP hook's refuses the start.",
                "callback_settings"
            ),
            Supported(
                "Files beside this one. Lists are joined; of a key that is in both, the included file's value holds, and a warning says so.",
                "include"
            ),
            Refused(NoGuardrails, "guardrails", "policies", "policy_attachments"),
            Ignored(NoMcp, "mcp_servers", "mcp_tools", "mcp_settings"),
            Ignored("Give each deployment its own api_key.", "credential_list"),
            Ignored(
                "There are no such endpoints.",
                "assistant_settings",
                "assistants_settings",
                "files_settings",
                "finetune_settings",
                "default_vertex_config",
                "vector_store_registry",
                "search_tools",
                "agent_list",
                "prompts",
                "skills"
            )
        );

    public static KeyTable ModelEntry { get; } =
        new(
            "an entry of model_list",
            Supported(
                "The name that callers use. Stars make it a pattern (`openai/*`, `*`); a name without stars wins, then the most specific pattern.",
                "model_name"
            ),
            Supported("See its table.", "litellm_params", "model_info")
        );

    public static KeyTable CacheParams { get; } =
        new(
            "cache_params",
            Supported("`local` only; without it, the cache is local too. Any other kind refuses the start.", "type"),
            Supported("How many seconds an answer is kept. Default 600.", "ttl", "default_in_memory_ttl"),
            Supported(
                "`default_on`, or `default_off`: only requests with `cache: {\"use-cache\": true}` are answered from the cache, and only their answers kept.",
                "mode"
            ),
            Supported("Keeps answers apart from others; a request's own `namespace` wins.", "namespace"),
            Ignored("Chat and embeddings are both cached.", "supported_call_types"),
            Ignored(
                "For caches of other kinds.",
                "host",
                "port",
                "password",
                "username",
                "url",
                "db",
                "ssl",
                "ssl_cert_reqs",
                "ssl_check_hostname",
                "max_connections",
                "redis_startup_nodes",
                "redis_flush_size",
                "redis_url",
                "service_name",
                "sentinel_nodes",
                "sentinel_password",
                "default_redis_ttl",
                "default_in_redis_ttl",
                "gcp_service_account",
                "gcp_ssl_ca_certs",
                "similarity_threshold",
                "qdrant_api_base",
                "qdrant_api_key",
                "qdrant_collection_name",
                "qdrant_quantization_config",
                "qdrant_semantic_cache_embedding_model",
                "qdrant_semantic_cache_vector_size",
                "redis_semantic_cache_embedding_model",
                "redis_semantic_cache_index_name",
                "s3_bucket_name",
                "s3_region_name",
                "s3_api_version",
                "s3_path",
                "s3_endpoint_url",
                "s3_aws_access_key_id",
                "s3_aws_secret_access_key",
                "gcs_bucket_name",
                "gcs_path",
                "gcs_path_service_account",
                "disk_cache_dir",
                "azure_account_url",
                "azure_blob_container",
                "disable_copilot_system_to_assistant"
            )
        );

    /// <summary>In the order of the documentation.</summary>
    public static IReadOnlyList<KeyTable> All =>
        [TopLevel, ModelEntry, LitellmParams, ModelInfo, LitellmSettings, CacheParams, RouterSettings, GeneralSettings];

    /// <summary>A key that restricts something, wherever it belongs.</summary>
    public static KeyRow? FindRefused(string key) =>
        All.Select(t => t.Find(key)).FirstOrDefault(r => r?.Status == KeyStatus.Refused);
}
