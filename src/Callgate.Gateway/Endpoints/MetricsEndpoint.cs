using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Endpoints;

/// <summary>The counters for Prometheus. They tell what all keys together spend, so that they need the master key where there is one.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GatewayServer server) =>
        routes.MapGet(
            "/metrics",
            http =>
                Caller.WithKeyAsync(
                    http,
                    server,
                    async key =>
                    {
                        if (!key.IsOperator)
                        {
                            throw Refusals.Create(
                                StatusCodes.Status403Forbidden,
                                "/metrics tells of all keys: send the master key.",
                                "auth_error"
                            );
                        }

                        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                        await http
                            .Response.BodyWriter.WriteAsync(
                                Encoding.UTF8.GetBytes(server.Metrics.Describe()),
                                http.RequestAborted
                            )
                            .ConfigureAwait(false);
                    }
                )
        );
}
