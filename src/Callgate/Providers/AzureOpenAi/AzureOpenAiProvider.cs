using Callgate.Providers.OpenAi;
using Callgate.Wire;

namespace Callgate.Providers.AzureOpenAi;

/// <summary>
/// Azure OpenAI: OpenAI's format at a resource's own address, by deployment and API version, or by the v1 path.
/// Source: Azure's public REST reference of the inference API.
/// </summary>
internal sealed class AzureOpenAiProvider : OpenAiProvider
{
    /// <summary>The newest version of the inference API that is generally available and dated.</summary>
    private const string DefaultApiVersion = "2024-10-21";

    public override string Name => "azure";
    public override string? DefaultApiBase => null;
    public override IReadOnlyList<string> ApiKeyVariables => ["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"];
    public override IReadOnlyList<string> ApiBaseVariables => ["AZURE_API_BASE", "AZURE_OPENAI_ENDPOINT"];

    public override IReadOnlyList<string> OwnedPrefixes => [];

    // Only the v1 path has it.
    protected override bool HasResponses(ProviderTarget target) =>
        IsV1(target.ApiBase) || IsV1Version(VersionOf(target));

    private static string VersionOf(ProviderTarget target) =>
        target.ApiVersion ?? Environment.GetEnvironmentVariable("AZURE_API_VERSION") ?? DefaultApiVersion;

    private static bool IsV1(string root) => root.EndsWith("/openai/v1", StringComparison.OrdinalIgnoreCase);

    private static bool IsV1Version(string version) => version is "v1" or "latest" or "preview";

    protected override Uri UrlOf(string path, ProviderTarget target)
    {
        var version = VersionOf(target);
        var root = target.ApiBase;
        if (IsV1(root))
        {
            return new Uri($"{root}/{path}");
        }

        // The v1 path names the model in the body, as OpenAI does.
        if (IsV1Version(version))
        {
            var query = version == "preview" ? "?api-version=preview" : "";
            return new Uri($"{root}/openai/v1/{path}{query}");
        }

        if (target.Model is "." or "..")
        {
            // No escape keeps these from being a step up the path.
            throw LlmException.Create(
                LlmErrorKind.BadRequest,
                "'.' and '..' are no names of a deployment: use the deployment's name.",
                new ErrorFacts(Provider: Name, Model: target.Model, Code: "invalid_model")
            );
        }

        return new Uri(
            $"{root}/openai/deployments/{Uri.EscapeDataString(target.Model)}/{path}?api-version={Uri.EscapeDataString(version)}"
        );
    }

    protected override IReadOnlyList<KeyValuePair<string, string>> HeadersOf(ProviderTarget target) =>
        target.ApiKey is not { } key ? []
        : target.IsToken ? [new("Authorization", $"Bearer {key}")]
        : [new("api-key", key)];
}
