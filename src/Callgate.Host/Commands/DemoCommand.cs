using System.CommandLine;
using Callgate.Host.Demo;
using Callgate.Host.Serving;
using Spectre.Console;

namespace Callgate.Host.Commands;

/// <summary><c>demo</c>: a gateway in front of a local provider, calls of every kind, and what callbacks see of them. Needs no key.</summary>
internal static class DemoCommand
{
    private const int Interrupted = 130;

    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "End after the calls." };
        var command = new Command(
            "demo",
            "Starts a gateway, and shows what callbacks see of a dozen calls. Needs no key."
        )
        {
            once,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetValue(once), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool once, CancellationToken cancellationToken)
    {
        var screen = new DemoScreen(AnsiConsole.Console);
        var table = new DemoTable();
        try
        {
            await using var provider = await DemoProvider.StartAsync(cancellationToken);
            var logger = new DemoLogger(screen, table);
            await using var gateway = await DemoGateway.StartAsync(provider.Address, logger, cancellationToken);
            screen.Title(
                "Callgate",
                $"serves {gateway.Address}, in front of a provider at {provider.Address} (process {provider.ProcessId})."
            );
            screen.Plain("A callback in it shows each event as it comes.");
            try
            {
                await SendAsync(gateway, logger, screen, cancellationToken);
                if (!once)
                {
                    Show(screen, table);
                    await StayAsync(gateway, screen, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !once) { }

            var events = await gateway.FlushAsync(CancellationToken.None);
            Show(screen, table);
            screen.Plain(DemoTable.Balance(events));
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (ServeException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static async Task SendAsync(
        DemoGateway gateway,
        DemoLogger logger,
        DemoScreen screen,
        CancellationToken cancellationToken
    )
    {
        using var calls = new DemoCalls(gateway.Address);
        foreach (var (heading, run) in calls.All())
        {
            screen.Heading(heading);
            var ended = logger.NextEnd;
            var received = await run(cancellationToken);
            // Observers run beside the calls; waiting for them keeps each call's lines together.
            await ended.WaitAsync(cancellationToken);
            await gateway.FlushAsync(cancellationToken);
            screen.Event("client", received);
        }
    }

    private static async Task StayAsync(DemoGateway gateway, DemoScreen screen, CancellationToken cancellationToken)
    {
        screen.Plain("");
        screen.Plain($"The gateway goes on at {gateway.Address}, with the master key {DemoGateway.MasterKey}. Try it:");
        screen.Plain($"  {Greeting.Curl(gateway.Address, "gpt-4o", DemoGateway.MasterKey)}");
        screen.Plain($"  curl {gateway.Address}/v1/models -H \"Authorization: Bearer {DemoGateway.MasterKey}\"");
        screen.Plain("What your calls bring shows here, until Ctrl+C.");
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    private static void Show(DemoScreen screen, DemoTable table)
    {
        if (table.HasNews)
        {
            screen.Write(table.Render(screen.IsPlain));
            screen.Plain(table.Totals);
        }
    }
}
