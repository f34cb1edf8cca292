using System.CommandLine;
using System.Runtime.InteropServices;
using Callgate.Gateway;
using Callgate.Gateway.Configuration;
using Callgate.Host.Serving;
using Microsoft.AspNetCore.Builder;

namespace Callgate.Host.Commands;

/// <summary><c>serve</c>: runs the gateway until Ctrl+C or SIGTERM.</summary>
internal static class ServeCommand
{
    private const int Interrupted = 130;

    public static Command Create()
    {
        var config = new Option<string?>("--config", "-c")
        {
            Description =
                "LiteLLM's config.yaml. Without one: the mock, and each provider whose key stands in the environment.",
            HelpName = "FILE",
        };
        var port = new Option<int>("--port")
        {
            Description = "The port; 0 takes a free one.",
            DefaultValueFactory = _ => 4000,
        };
        var host = new Option<string?>("--host")
        {
            Description = "The IP address to listen on. Default: 0.0.0.0, but 127.0.0.1 without a master key.",
            HelpName = "ADDRESS",
        };
        var database = new Option<string?>("--database")
        {
            Description = "The SQLite file of the virtual keys. Default: callgate.db in the working directory.",
            HelpName = "FILE",
        };
        var reading = new GatewayArguments();
        var command = new Command("serve", "Starts the gateway.") { config, port, host, database };
        reading.AddTo(command);
        command.SetAction(
            (arguments, cancellationToken) =>
            {
                var options = new GatewayOptions { ConfigFile = arguments.GetValue(config) };
                reading.Apply(arguments, options);
                options.DatabaseFile = arguments.GetValue(database) ?? options.DatabaseFile;
                return RunAsync(options, arguments.GetValue(host), arguments.GetValue(port), cancellationToken);
            }
        );
        return command;
    }

    private static async Task<int> RunAsync(
        GatewayOptions options,
        string? host,
        int port,
        CancellationToken cancellationToken
    )
    {
        if (options.ConfigFile is { } file)
        {
            options.Config = ConfigLoader.Load(file, ConfigLoadOptions.Of(options));
            if (options.Config.Config is null)
            {
                ConfigReport.Write(Console.Error, options.Config);
                return 1;
            }
        }

        var served = options.Config?.Config ?? DefaultConfig.Create(options.Environment);
        var hasMasterKey = served.MasterKeyOr(options.MasterKey) is not null;
        try
        {
            var listen = ListenAddress.Of(host, port, hasMasterKey);
            options.NeedsMasterKey = listen.IsOpen;
            await using var application = GatewayApplication.Create(listen, options);
            listen = await GatewayApplication.StartAsync(application, listen, cancellationToken);
            Greeting.Write(Console.Out, listen, served, hasMasterKey);
            await StopAsync(application, cancellationToken);
            return 0;
        }
        catch (ServeException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Interrupted;
        }
    }

    /// <summary>Goes on until it is to stop; then calls in flight have a while to end. Who can't wait presses Ctrl+C once more.</summary>
    private static async Task StopAsync(WebApplication application, CancellationToken stop)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(() => stopping.TrySetResult()))
        await using (application.Lifetime.ApplicationStopping.Register(() => stopping.TrySetResult()))
        {
            await stopping.Task;
        }

        using var impatient = PosixSignalRegistration.Create(
            PosixSignal.SIGINT,
            static _ => Environment.Exit(Interrupted)
        );
        await application.StopAsync(CancellationToken.None);
    }
}
