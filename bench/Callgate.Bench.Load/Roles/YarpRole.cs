using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Callgate.Bench.Load.Roles;

/// <summary>YARP as it comes: one route, one destination.</summary>
internal static class YarpRole
{
    public static async Task RunAsync(string upstream)
    {
        var builder = Role.NewServer();
        builder
            .Services.AddReverseProxy()
            .LoadFromMemory(
                [
                    new RouteConfig
                    {
                        RouteId = "all",
                        ClusterId = "upstream",
                        Match = new RouteMatch { Path = "{**rest}" },
                    },
                ],
                [
                    new ClusterConfig
                    {
                        ClusterId = "upstream",
                        Destinations = new Dictionary<string, DestinationConfig>
                        {
                            ["only"] = new() { Address = upstream },
                        },
                    },
                ]
            );
        var app = builder.Build();
        app.MapReverseProxy();
        await Role.ServeAsync(app);
    }
}
