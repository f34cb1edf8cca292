using Callgate.Gateway.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Endpoints;

/// <summary>Whether the gateway lives, and takes calls.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, GatewayServer server)
    {
        foreach (var path in (string[])["/health/liveliness", "/health/liveness"])
        {
            routes.MapGet(
                path,
                static http => Caller.WriteAsync(http, static json => json.WriteString("status", "healthy"))
            );
        }

        routes.MapGet("/health/readiness", http => ReadyAsync(http, server));
        routes.MapGet("/health", http => Caller.WithKeyAsync(http, server, key => StateAsync(http, server, key)));
    }

    private static Task ReadyAsync(HttpContext http, GatewayServer server) =>
        server.IsReady
            ? Caller.WriteAsync(http, static json => json.WriteString("status", "healthy"))
            : Caller.WriteAsync(
                http,
                static json => json.WriteString("status", "stopping"),
                StatusCodes.Status503ServiceUnavailable
            );

    /// <summary>What is known without calling anybody: which deployments serve, and which are cooling down after failures. A virtual key gets to know of those that it may call.</summary>
    private static async Task StateAsync(HttpContext http, GatewayServer server, VirtualKey key)
    {
        var snapshot = server.Current;
        var shown = key.IsOperator
            ? snapshot.Config.Models.Deployments
            : await ModelEndpoints.DeploymentsOf(http, server, key).ConfigureAwait(false);
        var deployments = shown.ToLookup(snapshot.Client.Runtime.Router.IsCoolingDown);
        await Caller
            .WriteAsync(
                http,
                json =>
                {
                    Write("healthy_endpoints", deployments[false]);
                    Write("unhealthy_endpoints", deployments[true]);
                    json.WriteNumber("healthy_count", deployments[false].Count());
                    json.WriteNumber("unhealthy_count", deployments[true].Count());

                    void Write(string name, IEnumerable<Deployment> list)
                    {
                        json.WriteStartArray(name);
                        foreach (var deployment in list)
                        {
                            json.WriteStartObject();
                            json.WriteString("model", deployment.Model);
                            json.WriteString("model_id", deployment.Id);
                            if (PayloadParts.Address(deployment.ApiBase) is { } address)
                            {
                                json.WriteString("api_base", address);
                            }

                            json.WriteEndObject();
                        }

                        json.WriteEndArray();
                    }
                }
            )
            .ConfigureAwait(false);
    }
}
