using Callgate.Formats;
using Callgate.Gateway.Endpoints;

namespace Callgate.Gateway.Tests.Hostile;

/// <summary>A good request to an endpoint: what the tests then spoil.</summary>
/// <param name="Route">The endpoint.</param>
/// <param name="Pattern">Its path.</param>
/// <param name="IsStream">Whether the answer is to be streamed.</param>
internal sealed record Ask(InferenceRoute Route, string Pattern, bool IsStream)
{
    /// <summary>Each path of each endpoint that calls models, unary and streamed.</summary>
    public static IReadOnlyList<Ask> All { get; } =
    [
        .. from route in InferenceRoutes.All
        from pattern in route.Patterns
        from isStream in (bool[])(route.Streams ? [false, true] : [false])
        select new Ask(route, pattern, isStream),
    ];

    public bool IsAnthropic => Route.Format is MessagesFormat;

    /// <summary>A model that the endpoint can call.</summary>
    public string Model => Route.Format.IsEmbedding ? "embed" : "gpt";

    public string Path(string model) =>
        Pattern.Replace($"{{{InferenceEndpoint.ModelInPath}}}", Uri.EscapeDataString(model), StringComparison.Ordinal);

    public string Body(string model)
    {
        var tail = IsStream ? ""","stream":true""" : "";
        return Route.Format.Name switch
        {
            "chat" => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]{{tail}}}""",
            "completions" => $$"""{"model":"{{model}}","prompt":"Hello"{{tail}}}""",
            "embeddings" => $$"""{"model":"{{model}}","input":["Hello"]}""",
            "messages" =>
                $$"""{"model":"{{model}}","max_tokens":50,"messages":[{"role":"user","content":"Hello"}]{{tail}}}""",
            "responses" => $$"""{"model":"{{model}}","input":"Hello"{{tail}}}""",
            var other => throw new InvalidOperationException($"Say how {other} is asked."),
        };
    }

    public override string ToString() => $"{Pattern}{(IsStream ? " (stream)" : "")}";
}
