using Callgate.Gateway;
using Callgate.Gateway.Endpoints;
using Callgate.Gateway.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a gateway into an ASP.NET Core application.</summary>
public static class CallgateGatewayExtensions
{
    /// <summary>
    /// Adds the gateway, which starts and stops with the host. Every <see cref="Callgate.CustomLogger"/> that is registered as a service is
    /// among its callbacks. Map its endpoints with <see cref="MapCallgate"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets its options; of several calls, each adds its own.</param>
    public static IServiceCollection AddCallgateGateway(
        this IServiceCollection services,
        Action<GatewayOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRouting();
        services.Configure(configure ?? (static _ => { }));
        services.TryAddSingleton(provider => new GatewayServer(
            provider.GetRequiredService<IOptions<GatewayOptions>>().Value,
            provider,
            provider.GetRequiredService<ILoggerFactory>()
        ));
        if (!services.Any(s => s.ServiceType == typeof(Marker)))
        {
            services.AddSingleton<Marker>();
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<GatewayServer>());
            services
                .AddOptions<HostOptions>()
                .PostConfigure<IOptions<GatewayOptions>>(static (host, gateway) => Prolong(host, gateway.Value));
        }

        return services;
    }

    /// <summary>
    /// Maps the gateway's endpoints: those that call models, with and without <c>/v1</c>; the lists of models; health; and the administration of keys.
    /// They answer only with a key where there is a master key, and else only to this machine (<see cref="GatewayOptions.AllowAnonymous"/>). The builder that comes back is for all of them.
    /// </summary>
    /// <param name="endpoints">Where to map them; a group puts them under a prefix.</param>
    public static IEndpointConventionBuilder MapCallgate(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var server = endpoints.ServiceProvider.GetRequiredService<GatewayServer>();
        var group = endpoints.MapGroup("");
        foreach (var route in InferenceRoutes.All)
        {
            var endpoint = new InferenceEndpoint(server, route.Format);
            foreach (var pattern in route.Patterns)
            {
                group.MapPost(pattern, endpoint.InvokeAsync).WithMetadata(route);
            }
        }

        ModelEndpoints.Map(group, server);
        MessageTokensEndpoint.Map(group, server);
        ResponseEndpoints.Map(group, server);
        HealthEndpoints.Map(group, server);
        MetricsEndpoint.Map(group, server);
        KeyEndpoints.Map(group, () => server.Keys, http => Admission.Admit(http, server), TimeProvider.System);
        OpenApiEndpoint.Map(
            group,
            server,
            () => ((IEndpointRouteBuilder)group).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        );
        return group;
    }

    /// <summary>The host breaks connections off when its own time is up: by then, the gateway is to have ended their calls.</summary>
    private static void Prolong(HostOptions host, GatewayOptions gateway)
    {
        var needed = gateway.ShutdownTimeout + TimeSpan.FromSeconds(5);
        if (host.ShutdownTimeout != Timeout.InfiniteTimeSpan && host.ShutdownTimeout < needed)
        {
            host.ShutdownTimeout = needed;
        }
    }

    private sealed class Marker;
}
