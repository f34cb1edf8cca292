using System.Collections.Frozen;

namespace Callgate.Formats;

/// <summary>The fields of a request that are for the gateway, as LiteLLM has them: consumed, and not forwarded.</summary>
internal static class OwnFields
{
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        StringComparer.Ordinal,
        "tags",
        "fallbacks",
        "context_window_fallbacks",
        "content_policy_fallbacks",
        "num_retries",
        "max_retries",
        "timeout",
        "request_timeout",
        "stream_timeout",
        "cache",
        "caching",
        "no-log",
        "no_log",
        "mock_response",
        "mock_tool_calls",
        "mock_timeout",
        "mock_delay",
        "mock_testing_fallbacks",
        "mock_testing_context_fallbacks",
        "mock_testing_content_policy_fallbacks",
        "drop_params",
        "additional_drop_params",
        "allowed_openai_params",
        "guardrails",
        "guardrail_config",
        "disable_global_guardrails",
        "session_id",
        "trace_id",
        "prompt_id",
        "prompt_variables",
        "prompt_label",
        "prompt_version",
        "spend_logs_metadata",
        "api_base",
        "base_url",
        "api_key",
        "api_version",
        "base_model",
        "custom_llm_provider",
        "model_info",
        "model_config",
        "user_config",
        "enable_json_schema_validation",
        "fastest_response",
        "success_callback",
        "failure_callback",
        "callbacks",
        "logger_fn",
        "verbose"
    );

    /// <summary>Whether a field is for the gateway alone. The chat formats' <c>metadata</c> is; that of messages and responses is the provider's.</summary>
    public static bool Contains(string name, ClientFormat format) =>
        s_names.Contains(name)
        || name.StartsWith("litellm_", StringComparison.Ordinal)
        || name == "metadata" && format.OwnsMetadata;
}
