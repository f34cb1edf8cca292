using Callgate.Providers;

namespace Callgate.Interop;

/// <summary>A provider's endpoint, recognised by its address.</summary>
/// <param name="Provider">Whose wire it speaks.</param>
/// <param name="IsEmbedding">Whether it embeds; else it is a chat.</param>
/// <param name="ApiBase">The address as a client would be given it.</param>
/// <param name="Model">The model, where the path names it.</param>
internal sealed record Endpoint(LlmProvider Provider, bool IsEmbedding, string ApiBase, string? Model)
{
    private const string Chat = "/chat/completions";
    private const string Embeddings = "/embeddings";
    private const string Messages = "/v1/messages";
    private const string Deployments = "/openai/deployments/";

    private static readonly string[] s_azureHosts =
    [
        ".openai.azure.com",
        ".openai.azure.us",
        ".cognitiveservices.azure.com",
        ".services.ai.azure.com",
    ];

    public static Endpoint? Of(HttpRequestMessage request)
    {
        if (request.Method != HttpMethod.Post || request.RequestUri is not { IsAbsoluteUri: true } uri)
        {
            return null;
        }

        var path = uri.AbsolutePath.AsSpan().TrimEnd('/');
        if (TryCut(path, Messages, out var root))
        {
            return new Endpoint(ProviderTable.Find("anthropic")!, false, BaseOf(uri, root), null);
        }

        var isEmbedding = TryCut(path, Embeddings, out root);
        if (!isEmbedding && !TryCut(path, Chat, out root))
        {
            return null;
        }

        var at = root.IndexOf(Deployments, StringComparison.OrdinalIgnoreCase);
        var deployment = at < 0 ? default : root[(at + Deployments.Length)..];
        if (!deployment.IsEmpty && !deployment.Contains('/'))
        {
            return new Endpoint(
                ProviderTable.Find("azure")!,
                isEmbedding,
                BaseOf(uri, root[..at]),
                Uri.UnescapeDataString(deployment)
            );
        }

        var isAzure = Array.Exists(s_azureHosts, h => uri.Host.EndsWith(h, StringComparison.OrdinalIgnoreCase));
        return new Endpoint(ProviderTable.Find(isAzure ? "azure" : "openai")!, isEmbedding, BaseOf(uri, root), null);
    }

    // Not the URI's own left part, which would hold a user's password where there is one.
    private static string BaseOf(Uri uri, ReadOnlySpan<char> root) => $"{uri.Scheme}://{uri.Authority}{root}";

    private static bool TryCut(ReadOnlySpan<char> path, string suffix, out ReadOnlySpan<char> root)
    {
        var ends = path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase);
        root = ends ? path[..^suffix.Length] : path;
        return ends;
    }
}
