using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Endpoints;

/// <summary>The counters for Prometheus. They tell what is spent, so they need a key where calls do.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, GatewayServer server) =>
        routes.MapGet(
            "/metrics",
            http =>
                Caller.WithKeyAsync(
                    http,
                    server,
                    async _ =>
                    {
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
