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
        var bare = Bare(provider, model);
        if (bare != model)
        {
            yield return bare;
        }
        var name = Plain(provider, bare);
        if (name != bare)
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

    // Without the path before it, as in us-east-1/anthropic.claude-…, an ARN, or publishers/google/models/gemini-…
    private static string Bare(string provider, string model) =>
        provider switch
        {
            "bedrock" => model[(model.LastIndexOf('/') + 1)..],
            "gemini" or "vertex_ai" when model.LastIndexOf("models/", StringComparison.Ordinal) is >= 0 and var at =>
                model[(at + "models/".Length)..],
            "openai" when model.StartsWith("ft:", StringComparison.OrdinalIgnoreCase) => FineTuned(model),
            _ => model,
        };

    private static string Plain(string provider, string model) =>
        provider switch
        {
            "azure" => model.Replace("gpt-35", "gpt-3.5", StringComparison.OrdinalIgnoreCase),
            "bedrock" => Region().Replace(model, ""),
            "fireworks_ai" when !model.StartsWith("accounts/", StringComparison.OrdinalIgnoreCase) =>
                "accounts/fireworks/models/" + model,
            _ => model,
        };

    // ft:gpt-4o-mini-2024-07-18:acme::id is priced as ft:gpt-4o-mini-2024-07-18
    private static string FineTuned(string model) =>
        model.IndexOf(':', "ft:".Length) is >= 0 and var end ? model[..end] : model;

    // -2024-08-06, -20241022, @20241022, -0613, and Vertex's @default and @latest
    [GeneratedRegex(
        @"[-@](20\d\d-\d\d-\d\d|20\d{6}|(0[1-9]|1[0-2])([0-2]\d|3[01])|(?<=@)(default|latest|\d+))$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Date();

    [GeneratedRegex(@"^(us|eu|apac|jp|au|ca|us-gov|global)\.", RegexOptions.IgnoreCase)]
    private static partial Regex Region();
}
