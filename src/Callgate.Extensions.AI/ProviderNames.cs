namespace Callgate.Interop;

/// <summary>LiteLLM's name for the provider that a client of Microsoft.Extensions.AI calls: prices are found by it.</summary>
internal static class ProviderNames
{
    public static string Of(string? name, Uri? address)
    {
        var known = name?.ToUpperInvariant() switch
        {
            null or "" => "unknown",
            "AZURE.AI.OPENAI" or "AZURE_OPENAI" or "AZURE_AI_OPENAI" => "azure",
            "AZURE.AI.INFERENCE" => "azure_ai",
            "AWS.BEDROCK" => "bedrock",
            "GCP.GEMINI" or "GCP.GEN_AI" or "GOOGLE" => "gemini",
            "GCP.VERTEX_AI" => "vertex_ai",
            "MISTRAL_AI" => "mistral",
            "X_AI" => "xai",
            _ => name!.ToLowerInvariant(),
        };
        // OpenAI's own SDK serves everybody who speaks its wire, and calls them all openai.
        return known == "openai" && address is not null ? OfHost(address.Host) ?? known : known;
    }

    private static string? OfHost(string host) =>
        host.ToUpperInvariant() switch
        {
            var h when h.EndsWith(".OPENAI.AZURE.COM", StringComparison.Ordinal) => "azure",
            var h when h.EndsWith(".COGNITIVESERVICES.AZURE.COM", StringComparison.Ordinal) => "azure",
            var h when h.EndsWith(".SERVICES.AI.AZURE.COM", StringComparison.Ordinal) => "azure",
            "OPENROUTER.AI" => "openrouter",
            "API.GROQ.COM" => "groq",
            "API.DEEPSEEK.COM" => "deepseek",
            "API.MISTRAL.AI" => "mistral",
            "API.X.AI" => "xai",
            "API.TOGETHER.XYZ" => "together_ai",
            "API.FIREWORKS.AI" => "fireworks_ai",
            "GENERATIVELANGUAGE.GOOGLEAPIS.COM" => "gemini",
            _ => null,
        };
}
