using System.CommandLine;
using Callgate.Gateway;
using Callgate.Gateway.Configuration;
using Callgate.Host.Serving;
using Microsoft.Extensions.Logging;

namespace Callgate.Host.Commands;

/// <summary><c>check FILE</c>: all that keeps a config from being served, at once, and all that is odd about it.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("config") { Description = "The config.yaml." };
        var reading = new GatewayArguments();
        var command = new Command("check", "Tells all that is wrong with a config, and loads its callbacks.") { file };
        reading.AddTo(command);
        command.SetAction(
            (arguments, cancellationToken) =>
            {
                var options = new GatewayOptions { ConfigFile = arguments.GetRequiredValue(file) };
                reading.Apply(arguments, options);
                return RunAsync(options, cancellationToken);
            }
        );
        return command;
    }

    private static async Task<int> RunAsync(GatewayOptions options, CancellationToken cancellationToken)
    {
        var result = ConfigLoader.Load(options.ConfigFile!, ConfigLoadOptions.Of(options));
        // Callbacks may look for their keys there.
        new ProcessVariables().Set(result.Config?.Variables ?? ConfigVariables.None);
        // Never started: it has the services that callbacks are given when it is.
        await using var application = GatewayApplication.Create(
            ListenAddress.Of(null, 0, hasMasterKey: false),
            options,
            LogLevel.Warning
        );
        var (loaded, complaints) = await new CallbackLoader(options, application.Services).LoadAsync(
            result.Callbacks,
            cancellationToken
        );
        await CallbackLoader.ReleaseAsync(loaded);
        return ConfigReport.Write(Console.Out, result.With(complaints)) ? 0 : 1;
    }
}
