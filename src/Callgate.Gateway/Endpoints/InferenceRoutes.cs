using Callgate.Formats;
using Callgate.Formats.Responses;

namespace Callgate.Gateway.Endpoints;

/// <summary>An endpoint that calls models, and the paths that it has.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Patterns">Its paths.</param>
internal sealed record InferenceRoute(ClientFormat Format, IReadOnlyList<string> Patterns)
{
    /// <summary>Whether it can stream.</summary>
    public bool Streams => !Format.IsEmbedding;
}

/// <summary>Every endpoint that calls models. The conformance tests are made from this table.</summary>
internal static class InferenceRoutes
{
    public static IReadOnlyList<InferenceRoute> All { get; } =
    [
        new(new ChatFormat(), Paths("chat/completions", hasDeployments: true)),
        new(new CompletionsFormat(), Paths("completions", hasDeployments: true)),
        new(new EmbeddingsFormat(), Paths("embeddings", hasDeployments: true)),
        new(new MessagesFormat(), ["/v1/messages", "/messages", "/anthropic/v1/messages"]),
        new(new ResponsesFormat(), Paths("responses", hasDeployments: false)),
    ];

    private static string[] Paths(string name, bool hasDeployments) =>
        hasDeployments
            ? [$"/v1/{name}", $"/{name}", $"/openai/deployments/{{{InferenceEndpoint.ModelInPath}}}/{name}"]
            : [$"/v1/{name}", $"/{name}", $"/openai/v1/{name}"];
}
