using System.Text.RegularExpressions;

namespace Callgate;

/// <summary>The names under which a model may be listed, the likeliest first.</summary>
internal static partial class ModelNames
{
    /// <summary>LiteLLM has several names for some providers; the catalogue has one.</summary>
    internal static string Provider(string provider) =>
        provider.ToLowerInvariant() switch
        {
            "azure_text" => "azure",
            "text-completion-openai" => "openai",
            "anthropic_text" => "anthropic",
            "bedrock_converse" => "bedrock",
            "cohere_chat" => "cohere",
            "ollama_chat" => "ollama",
            "vertex_ai_beta" => "vertex_ai",
            var name => name,
        };

    internal static IEnumerable<string> Candidates(string provider, string model)
    {
        yield return model;
        var name = Plain(provider, model);
        if (name != model)
        {
            yield return name;
        }
        var undated = Date().Replace(name, "");
        if (undated != name)
        {
            yield return undated;
        }
        if (provider == "ollama" && model.IndexOf(':', StringComparison.Ordinal) is > 0 and var tag)
        {
            yield return model[..tag];
        }
        yield return "*";
    }

    private static string Plain(string provider, string model) =>
        provider switch
        {
            "azure" => model.Replace("gpt-35", "gpt-3.5", StringComparison.OrdinalIgnoreCase),
            "bedrock" => Region().Replace(model, ""),
            "gemini" => After(model, "models/"),
            "vertex_ai" => After(model, "publishers/google/models/"),
            "fireworks_ai"
                when !model.StartsWith("accounts/", StringComparison.OrdinalIgnoreCase) =>
                "accounts/fireworks/models/" + model,
            _ => model,
        };

    private static string After(string model, string prefix) =>
        model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            ? model[prefix.Length..]
            : model;

    // -2024-08-06, -20241022, @20241022, -0613, and Vertex's @default and @latest
    [GeneratedRegex(
        @"[-@](20\d\d-\d\d-\d\d|20\d{6}|(0[1-9]|1[0-2])([0-2]\d|3[01])|(?<=@)(default|latest|\d+))$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Date();

    [GeneratedRegex(@"^(us|eu|apac|jp|au|ca|us-gov|global)\.", RegexOptions.IgnoreCase)]
    private static partial Regex Region();
}
