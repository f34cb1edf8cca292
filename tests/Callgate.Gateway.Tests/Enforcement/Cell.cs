using Callgate.Gateway.Endpoints;

namespace Callgate.Gateway.Tests.Enforcement;

/// <summary>One call of the matrix: an interceptor that goes wrong in it.</summary>
/// <param name="At">At which call of the hook it does; from 1.</param>
internal sealed record Cell(
    string Id,
    Target Target,
    Sabotage Sabotage,
    OnHookFailure OnFailure,
    InferenceRoute Route,
    bool Stream,
    string Model,
    int At
)
{
    /// <summary>What the hook's registration is called.</summary>
    public string Handler => $"saboteur:{OnFailure}";

    public bool IsRefusal => Sabotage == Sabotage.Refuses;

    /// <summary>Whether the hook, by refusing or by failing, decides the call.</summary>
    public bool Denies =>
        IsRefusal
        || (OnFailure == OnHookFailure.Default ? Target.ByDefault : OnFailure) == OnHookFailure.Deny
            && Target.Hook != Hooks.PostCallFailureDeploymentHookAsync;

    /// <summary>The mark in the prompt by which the provider's requests are told apart.</summary>
    public string Mark => $"cell-{Id}.";

    public override string ToString() =>
        $"{Route.Format.Name}{(Stream ? " stream" : "")} of {Model}{(At > 1 ? $", chunk {At}" : "")}";

    /// <summary>The cells of an interceptor.</summary>
    public static IEnumerable<Cell> Of(Target target)
    {
        var number = 0;
        return from route in InferenceRoutes.All
            from stream in route.Streams ? new[] { false, true } : [false]
            where target.Applies(route, stream)
            from model in route.Format.IsEmbedding ? new[] { "embed" } : ["gpt", "claude"]
            from at in target.SeesChunks ? new[] { 1, 3 } : [1]
            from sabotage in Enum.GetValues<Sabotage>()
            where !target.Impossible.Contains(sabotage)
            from onFailure in Enum.GetValues<OnHookFailure>()
            select new Cell($"{++number}", target, sabotage, onFailure, route, stream, model, at);
    }
}
