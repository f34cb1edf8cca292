using Callgate.Gateway.Endpoints;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>The matrix is made from a table of routes: here that table is compared with what the gateway serves.</summary>
public class RouteTests
{
    [Fact]
    public async Task EveryEndpointThatIsPostedTo_IsInTheTable_OrCallsNoModel()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var posted = gateway
            .Endpoints.Where(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true)
            .Select(e => (Path: e.RoutePattern.RawText!, Route: e.Metadata.GetMetadata<InferenceRoute>()))
            .ToList();

        Assert.Equal(
            InferenceRoutes.All.SelectMany(r => r.Patterns.Select(p => (p, r.Format.Name))).Order(),
            posted.Where(e => e.Route is not null).Select(e => (e.Path, e.Route!.Format.Name)).Order()
        );
        Assert.All(
            posted.Where(e => e.Route is null).Select(e => e.Path),
            path => Assert.Matches("^/key/[a-z]+$|/count_tokens$", path)
        );
    }

    /// <summary>The cells call one path of each route; the others lead to the same.</summary>
    [Fact]
    public async Task EveryPathOfARoute_IsTheSameEndpoint()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var route in InferenceRoutes.All)
        {
            var model = route.Format.IsEmbedding ? "embed" : "gpt";
            foreach (var pattern in route.Patterns)
            {
                var path = pattern.Replace($"{{{InferenceEndpoint.ModelInPath}}}", model, StringComparison.Ordinal);
                using var response = await gateway.PostAsync(path, ClientWire.Ask(route, model, false, "Hello"));
                Assert.True(response.IsSuccessStatusCode, path);
                var id = response.Headers.GetValues("x-litellm-call-id").Single();
                var call = Assert.Single(await gateway.EndsAsync(), c => c.LitellmCallId == id);
                Assert.Equal((route.Format.CallType, model), (call.CallType, call.ModelGroup));
            }
        }
    }
}
