using System.Collections.Frozen;
using Callgate.Providers;
using Callgate.Routing;

namespace Callgate.Gateway.Configuration;

/// <summary>Tells whether a model has a provider here.</summary>
internal static class KnownProviders
{
    /// <summary>LiteLLM's names of those that aren't built in yet: elsewhere, a slash may be part of a model's name.</summary>
    private static readonly FrozenSet<string> s_missing = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ai21",
        "ai21_chat",
        "aiml",
        "aleph_alpha",
        "amazon_nova",
        "anthropic_text",
        "anyscale",
        "assemblyai",
        "auto_router",
        "aws_polly",
        "azure_ai",
        "azure_text",
        "baseten",
        "bedrock",
        "bedrock_converse",
        "bytez",
        "cerebras",
        "chatgpt",
        "clarifai",
        "cloudflare",
        "codestral",
        "cohere",
        "cohere_chat",
        "cometapi",
        "compactifai",
        "complexity_router",
        "custom",
        "custom_openai",
        "dashscope",
        "databricks",
        "datarobot",
        "deepgram",
        "deepinfra",
        "deepseek",
        "docker_model_runner",
        "elevenlabs",
        "empower",
        "fal_ai",
        "featherless_ai",
        "fireworks_ai",
        "friendliai",
        "galadriel",
        "gemini",
        "github",
        "github_copilot",
        "gradient_ai",
        "groq",
        "heroku",
        "hosted_vllm",
        "huggingface",
        "hyperbolic",
        "infinity",
        "jina_ai",
        "lambda_ai",
        "langgraph",
        "lemonade",
        "litellm_proxy",
        "llamafile",
        "lm_studio",
        "maritalk",
        "meta_llama",
        "mistral",
        "moonshot",
        "morph",
        "nebius",
        "nlp_cloud",
        "novita",
        "nscale",
        "nvidia_nim",
        "oci",
        "ollama",
        "ollama_chat",
        "oobabooga",
        "openai_like",
        "openrouter",
        "ovhcloud",
        "palm",
        "perplexity",
        "petals",
        "predibase",
        "recraft",
        "replicate",
        "runwayml",
        "sagemaker",
        "sagemaker_chat",
        "sambanova",
        "sap",
        "snowflake",
        "stability",
        "text-completion-codestral",
        "text-completion-inference",
        "text-completion-openai",
        "together_ai",
        "topaz",
        "triton",
        "v0",
        "vercel_ai_gateway",
        "vertex_ai",
        "vertex_ai_beta",
        "vllm",
        "volcengine",
        "voyage",
        "wandb",
        "watsonx",
        "watsonx_text",
        "xai",
        "xinference",
        "zai"
    );

    /// <summary>Why no provider answers for a model; null where one does. A star may stand for any name.</summary>
    public static string? WhyUnsupported(string model, bool hasApiBase)
    {
        const string mock = "mock/";
        var isMock = model.StartsWith(mock, StringComparison.OrdinalIgnoreCase);
        var rest = isMock ? model[mock.Length..] : model;
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash > 0 ? rest[..slash] : "";
        if (s_missing.Contains(prefix))
        {
            return $"the provider {prefix} isn't built in yet. If it speaks OpenAI's format, write openai/MODEL and its api_base.";
        }

        if (ProviderTable.Find(prefix) is not null && slash < rest.Length - 1)
        {
            return null;
        }

        var isKnown =
            rest.Length > 0
            && (
                hasApiBase
                || isMock
                || slash < 0 && (WildcardPattern.IsPattern(rest) || ProviderTable.OwnerOf(rest) is not null)
            );
        return isKnown
            ? null
            : "no provider is known for it. Write provider/MODEL, or for a server that speaks OpenAI's format give an api_base.";
    }

    /// <summary>That a provider without an address of its own has none here; null where it has.</summary>
    public static string? AddressMissing(string model, bool hasApiBase, LoadContext context) =>
        !hasApiBase
        && ProviderTable.Find(model.Split('/')[0]) is { DefaultApiBase: null } provider
        && !provider.ApiBaseVariables.Any(v => context.Variable(v) is not null)
            ? $"has no address: give an api_base, or set {string.Join(" or ", provider.ApiBaseVariables)}. Its calls will fail."
            : null;
}
