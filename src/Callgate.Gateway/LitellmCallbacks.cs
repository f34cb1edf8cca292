using System.Collections.Frozen;
using Callgate.Gateway.UserCode;

namespace Callgate.Gateway;

/// <summary>LiteLLM's built-in names, so that one that isn't there is told from a misspelt file.</summary>
internal static class LitellmCallbacks
{
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "langfuse",
        "langfuse_otel",
        "langsmith",
        "otel",
        "arize",
        "arize_phoenix",
        "langtrace",
        "weave_otel",
        "logfire",
        "opik",
        "braintrust",
        "mlflow",
        "agentops",
        "literalai",
        "humanloop",
        "galileo",
        "deepeval",
        "levo",
        "newrelic",
        "signoz",
        "traceloop",
        "helicone",
        "lunary",
        "athina",
        "promptlayer",
        "greenscale",
        "wandb",
        "argilla",
        "prometheus_system",
        "datadog",
        "datadog_metrics",
        "datadog_llm_observability",
        "posthog",
        "lago",
        "openmeter",
        "cloudzero",
        "focus",
        "vantage",
        "mavvrik",
        "datadog_cost_management",
        "pointfive",
        "s3",
        "s3_v2",
        "gcs_bucket",
        "azure_storage",
        "gcs_pubsub",
        "aws_sqs",
        "dynamodb",
        "supabase",
        "clickhouse",
        "azure_sentinel",
        "sentry",
        "slack",
        "pagerduty",
        "resend_email",
        "sendgrid_email",
        "smtp_email",
        "rubrik",
        "sumologic",
        "dotprompt",
        "bitbucket",
        "gitlab",
        "anthropic_cache_control_hook",
        "vector_store_pre_call_hook",
        "dynamic_rate_limiter",
        "dynamic_rate_limiter_v3",
        "litellm_agent",
        "compression_interception",
        "presidio",
        "hide_secrets",
        "llamaguard_moderations",
        "llmguard_moderations",
        "openai_moderations",
        "google_text_moderation",
        "azure_content_safety",
        "lakera_prompt_injection",
        "aporia_prompt_injection",
        "detect_prompt_injection",
        "blocked_user_check",
        "banned_keywords",
        "batch_redis_requests"
    );

    /// <summary>Whether there is anything to load: what <c>prometheus</c> does, <c>/metrics</c> does always.</summary>
    /// <exception cref="CallbackLoadException">LiteLLM has it, and Callgate does not.</exception>
    public static bool ThrowIfMissing(string name) =>
        s_names.Contains(name)
            ? throw new CallbackLoadException(
                $"'{name}' is built into LiteLLM, and not into Callgate. Take it out; or get its events by a callback of your own, "
                    + $"or by one of the type generic_api. There are: {string.Join(", ", BuiltInCallbacks.Names)}."
            )
            : !name.Equals("prometheus", StringComparison.OrdinalIgnoreCase);
}
