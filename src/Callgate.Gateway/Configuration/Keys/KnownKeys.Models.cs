using static Callgate.Gateway.Configuration.Keys.KeyTable;

namespace Callgate.Gateway.Configuration.Keys;

/// <content>The keys of a deployment.</content>
internal static partial class KnownKeys
{
    private const string PriceNote =
        "USD. Where only the price of the input or of the output is given, the rest is the catalogue's.";

    private static readonly string[] s_prices =
    [
        "input_cost_per_token",
        "output_cost_per_token",
        "cache_read_input_token_cost",
        "cache_creation_input_token_cost",
        "cache_creation_input_token_cost_above_1hr",
        "output_cost_per_reasoning_token",
        "input_cost_per_audio_token",
        "output_cost_per_audio_token",
        "input_cost_per_token_batches",
        "output_cost_per_token_batches",
        "input_cost_per_token_flex",
        "output_cost_per_token_flex",
        "input_cost_per_token_priority",
        "output_cost_per_token_priority",
        "input_cost_per_token_above_128k_tokens",
        "output_cost_per_token_above_128k_tokens",
        "input_cost_per_token_above_200k_tokens",
        "output_cost_per_token_above_200k_tokens",
    ];

    private static readonly string[] s_otherPrices =
    [
        "input_cost_per_second",
        "output_cost_per_second",
        "input_cost_per_character",
        "output_cost_per_character",
        "input_cost_per_pixel",
        "output_cost_per_pixel",
        "input_cost_per_image",
        "output_cost_per_image",
        "input_cost_per_query",
        "input_cost_per_audio_per_second",
        "input_cost_per_video_per_second",
        "cache_read_input_token_cost_above_200k_tokens",
        "cache_creation_input_token_cost_above_200k_tokens",
    ];

    public static KeyTable LitellmParams { get; } =
        new(
            "litellm_params",
            Supported(
                "`provider/model`, or a well-known bare name. A provider that isn't built in yet is warned of, and calls get a 501; "
                    + "whatever speaks OpenAI's format works as `openai/MODEL` with an api_base. Stars stand for what those of model_name stood for.",
                "model",
                "custom_llm_provider"
            ),
            Supported(
                "An http or https address without a query, and without credentials in it.",
                "api_base",
                "base_url"
            ),
            Supported(
                "A variable that isn't set is a warning; calls to the deployment then fail, and say which.",
                "api_key"
            ),
            Supported("Azure's.", "api_version", "azure_ad_token"),
            Supported("Sent as `OpenAI-Organization`.", "organization"),
            Supported("Sent with each request.", "extra_headers", "headers"),
            Supported("Seconds an attempt may take; of a stream, until its first event.", "timeout"),
            Supported("The same for streams.", "stream_timeout"),
            Supported("The deployment's share of the calls. Default 1.", "weight"),
            Supported(
                "Not limits: in a group where no deployment has a weight and all have an rpm (or else a tpm), it is the weight, as in LiteLLM's simple-shuffle. With a usage-based `routing_strategy` they are limits in LiteLLM, and refuse the start.",
                "rpm",
                "tpm"
            ),
            Supported("The model whose price holds.", "base_model"),
            Supported(
                "Whether `/v1/responses` is translated for the deployment's chat completions (`true`), or goes to it as it is (`false`). "
                    + "Default: as it is to OpenAI itself and to Azure's v1 path, translated to whatever else speaks OpenAI's format.",
                "use_chat_completions_api"
            ),
            Supported(PriceNote, s_prices),
            Refused(NoBudgets, "max_budget", "budget_duration"),
            Refused("Nothing limits calls to a deployment.", "max_parallel_requests"),
            Refused("Nothing limits calls by key.", "default_api_key_rpm_limit", "default_api_key_tpm_limit"),
            Refused(NoGuardrails, "guardrails"),
            Unserved("Every call would really be sent. Use the model `mock/MODEL` instead.", "mock_response"),
            Unserved("Write the credential's values here.", "litellm_credential_name"),
            Unserved("Use an api_key, or an azure_ad_token.", "client_secret", "azure_username", "azure_password"),
            Unserved(
                "A model can't choose the model.",
                "auto_router_config",
                "auto_router_config_path",
                "auto_router_default_model",
                "auto_router_embedding_model",
                "complexity_router_config",
                "complexity_router_default_model",
                "adaptive_router_config",
                "adaptive_router_default_model",
                "quality_router_config",
                "quality_router_default_model"
            ),
            Ignored("Retries are counted per call: set num_retries in router_settings.", "max_retries", "num_retries"),
            Ignored("Give the deployments names of their own, and a fallback from one to the other.", "order"),
            Ignored("The pause is the same for all: cooldown_time in router_settings.", "cooldown_time"),
            Ignored("Deployments are not chosen by tags.", "tags", "tag_regex"),
            Ignored("Clients can never change these.", "configurable_clientside_auth_params"),
            Ignored("Nothing is priced by this; calls that are priced by nothing else say `unpriced`.", s_otherPrices),
            Ignored(
                "Set drop_params in litellm_settings.",
                "drop_params",
                "additional_drop_params",
                "allowed_openai_params"
            ),
            Ignored(
                "A request has no defaults: send it with the request, or add it in PreCallDeploymentHookAsync.",
                "temperature",
                "max_tokens",
                "max_completion_tokens",
                "top_p",
                "top_k",
                "n",
                "stop",
                "seed",
                "user",
                "presence_penalty",
                "frequency_penalty",
                "logit_bias",
                "logprobs",
                "top_logprobs",
                "response_format",
                "tools",
                "tool_choice",
                "parallel_tool_calls",
                "functions",
                "function_call",
                "reasoning_effort",
                "thinking",
                "verbosity",
                "service_tier",
                "store",
                "stream",
                "stream_options",
                "modalities",
                "audio",
                "prediction",
                "metadata",
                "extra_body",
                "dimensions",
                "encoding_format",
                "input_type",
                "web_search_options",
                "safety_settings",
                "cache_control_injection_points",
                "prompt_id",
                "prompt_variables"
            ),
            Ignored(
                "It has no counterpart.",
                "cache",
                "ttl",
                "no-log",
                "itpm",
                "otpm",
                "fallbacks",
                "context_window_fallback_dict",
                "merge_reasoning_content_in_choices",
                "supports_system_message",
                "use_in_pass_through",
                "use_litellm_proxy",
                "keepalive_seconds",
                "allow_client_keepalive_override",
                "provider_affinity_header",
                "litellm_trace_id",
                "max_file_size_mb",
                "ssl_verify",
                "ssl_certificate",
                "roles",
                "initial_prompt_value",
                "final_prompt_value",
                "bos_token",
                "eos_token",
                "hf_model_name",
                "region_name",
                "project"
            ),
            Ignored(
                "It belongs to a provider, or a way to log in, that isn't built in yet.",
                "tenant_id",
                "client_id",
                "azure_scope",
                "vertex_project",
                "vertex_location",
                "vertex_credentials",
                "aws_access_key_id",
                "aws_secret_access_key",
                "aws_session_token",
                "aws_region_name",
                "aws_session_name",
                "aws_profile_name",
                "aws_role_name",
                "aws_web_identity_token",
                "aws_sts_endpoint",
                "aws_external_id",
                "aws_bedrock_runtime_endpoint",
                "model_id",
                "watsonx_region_name",
                "gcs_bucket_name",
                "bucket_name",
                "s3_bucket_name",
                "vector_store_id"
            )
        );

    public static KeyTable ModelInfo { get; } =
        new(
            "model_info",
            Supported("The deployment's id in events and headers.", "id"),
            Supported("The model whose price holds: what an Azure deployment's name doesn't tell.", "base_model"),
            Supported("What the model is for. Shown by `/model/info`.", "mode"),
            Supported(PriceNote, s_prices),
            Supported(
                "Shown by `/model/info`, as is whatever else stands here.",
                "max_tokens",
                "max_input_tokens",
                "max_output_tokens",
                "description",
                "metadata"
            ),
            Refused(
                "Every key whose models allow it may call it.",
                "team_id",
                "team_public_model_name",
                "access_windows"
            ),
            Refused("Remove the deployment instead.", "blocked"),
            Ignored("List the models themselves in a key's models.", "access_groups"),
            Ignored("Nothing is priced by this; calls that are priced by nothing else say `unpriced`.", s_otherPrices)
        )
        {
            IsOpen = true,
        };
}
