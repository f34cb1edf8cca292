using System.Net.Sockets;
using Callgate.Gateway;
using Callgate.Gateway.Endpoints;
using Callgate.Gateway.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Callgate.Host.Serving;

/// <summary>The gateway as a program of its own.</summary>
internal static class GatewayApplication
{
    /// <summary>Makes it; it isn't started.</summary>
    /// <param name="listen">Where it is to listen.</param>
    /// <param name="options">The gateway's options.</param>
    /// <param name="level">The least that its log tells.</param>
    public static WebApplication Create(
        ListenAddress listen,
        GatewayOptions options,
        LogLevel level = LogLevel.Information
    )
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions
            {
                // Its settings are its own: those of the folder that it was started in are somebody else's.
                ContentRootPath = AppContext.BaseDirectory,
                Args = ["--hostBuilder:reloadConfigOnChange=false"],
            }
        );
        // Where to listen is said below. Images of ASP.NET Core set these, and the server would warn that they don't count.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "");
        builder.WebHost.UseSetting(WebHostDefaults.HttpsPortsKey, "");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen.Address, listen.Port);
        });
        builder
            .Logging.ClearProviders()
            .AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>()
            .AddConsole(console => console.FormatterName = LineFormatter.FormatterName)
            .SetMinimumLevel(level)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            // Whoever starts the host tells why it did not, in one line instead of a stack.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services.AddCallgateGateway();
        builder.Services.AddSingleton(Options.Create(options));
        var application = builder.Build();
        // Paths that there are not, and methods that they have not.
        application.UseStatusCodePages(status => MissingRoute.TellAsync(status.HttpContext));
        application.MapCallgate();
        DocsPage.Map(application);
        return application;
    }

    /// <summary>Starts it.</summary>
    /// <returns>Where it listens.</returns>
    /// <exception cref="ServeException">It can't start.</exception>
    public static async Task<ListenAddress> StartAsync(
        WebApplication application,
        ListenAddress listen,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is GatewayStartException or KeyStoreException)
        {
            throw new ServeException(exception.Message);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new ServeException(
                $"Something listens on {listen} already. Stop it, or take another port: --port {listen.Port + 1}, or --port 0 for a free one."
            );
        }
        catch (SocketException exception)
        {
            throw new ServeException($"The gateway can't listen on {listen}: {exception.Message}.");
        }
        catch (IOException exception)
        {
            throw new ServeException(exception.Message);
        }

        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return listen with { Port = new Uri(addresses.Addresses.Single()).Port };
    }
}
