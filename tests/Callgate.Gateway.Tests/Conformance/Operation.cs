using Callgate.Gateway.Endpoints;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>One way of calling: an endpoint, whole or streamed, in front of one provider's wire.</summary>
internal sealed record Operation(InferenceRoute Route, bool Stream, string Model)
{
    public Shape Shape =>
        Route.Format.IsEmbedding ? Shape.Embedding
        : Stream ? Shape.Stream
        : Shape.Unary;

    public string Name => $"{Route.Patterns[0]}{(Stream ? ", streamed" : "")}, {Wire}";

    private string Wire =>
        Model switch
        {
            "claude" => "Anthropic's wire",
            "native" => "OpenAI's own",
            _ => "OpenAI's wire",
        };

    public override string ToString() => Name;

    /// <summary>Every operation that there is, made from the table of routes.</summary>
    public static IReadOnlyList<Operation> All { get; } =
    [
        .. from route in InferenceRoutes.All
        from stream in route.Streams ? new[] { false, true } : [false]
        // Anthropic has no embeddings.
        from model in route.Format.IsEmbedding ? new[] { "embed" }
        : route.Format.Name == "responses" ? ["gpt", "claude", "native"]
        : ["gpt", "claude"]
        select new Operation(route, stream, model),
    ];
}
