using System.CommandLine;
using Callgate.Host.Demo;
using Spectre.Console;

namespace Callgate.Host.Commands;

/// <summary><c>demo</c>: calls a local provider in every way, and shows what a callback sees of it. Needs no key.</summary>
internal static class DemoCommand
{
    private const int Interrupted = 130;

    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "End after one round of calls." };
        var command = new Command("demo", "Shows what callbacks see of a dozen calls. Needs no key.") { once };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetValue(once), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool once, CancellationToken cancellationToken)
    {
        var screen = new DemoScreen(AnsiConsole.Console);
        var table = new DemoTable();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var exitCode = 0;
        await using var provider = await DemoProvider.StartAsync(cancellationToken);
        await using var client = new LlmClient(DemoCalls.Options(provider.Address, new DemoLogger(screen, table)));
        screen.Title("Callgate", $"calls a provider at {provider.Address} (process {provider.ProcessId}).");
        screen.Plain("A handler shows each event as it comes.");
        try
        {
            var calls = new DemoCalls(client);
            await RunRoundAsync(client, calls, screen, TimeSpan.Zero, stop.Token);
            if (!once)
            {
                await GoOnAsync(client, calls, screen, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            exitCode = once ? Interrupted : 0;
        }

        var events = await client.FlushAsync(cancellationToken: CancellationToken.None);
        screen.Write(table.Render(screen.IsPlain));
        screen.Plain(table.Totals);
        screen.Plain(DemoTable.Balance(events));
        return exitCode;
    }

    private static async Task GoOnAsync(
        LlmClient client,
        DemoCalls calls,
        DemoScreen screen,
        CancellationTokenSource stop
    )
    {
        screen.Plain("");
        if (Console.IsInputRedirected)
        {
            screen.Plain("That was all of them. Going on with a call a second, until Ctrl+C.");
        }
        else
        {
            screen.Plain("That was all of them. Going on with a call a second, until you press a key.");
            _ = Task.Run(
                () =>
                {
                    Console.ReadKey(intercept: true);
                    stop.Cancel();
                },
                CancellationToken.None
            );
        }

        while (true)
        {
            await RunRoundAsync(client, calls, screen, TimeSpan.FromSeconds(1), stop.Token);
        }
    }

    private static async Task RunRoundAsync(
        LlmClient client,
        DemoCalls calls,
        DemoScreen screen,
        TimeSpan pause,
        CancellationToken cancellationToken
    )
    {
        foreach (var (heading, run) in calls.Round())
        {
            await Task.Delay(pause, cancellationToken);
            screen.Heading(heading);
            await run(cancellationToken);
            // Observers run beside the program; waiting for them keeps each call's lines together.
            await client.FlushAsync(cancellationToken: cancellationToken);
        }
    }
}
