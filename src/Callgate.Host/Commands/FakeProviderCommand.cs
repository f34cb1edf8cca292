using System.CommandLine;
using Callgate.Host.Demo;
using Callgate.Testing;

namespace Callgate.Host.Commands;

/// <summary><c>fake-provider</c>: the provider that the demo calls, in a process of its own. Lives as long as its standard input is open.</summary>
internal static class FakeProviderCommand
{
    public const string Name = "fake-provider";

    public static Command Create()
    {
        var command = new Command(Name, "A local provider for the demo.") { Hidden = true };
        command.SetAction((_, cancellationToken) => RunAsync());
        return command;
    }

    private static async Task<int> RunAsync()
    {
        // Ctrl+C reaches every process of the terminal: the demo ends its calls first, and then this one.
        Console.CancelKeyPress += static (_, e) => e.Cancel = true;

        await using var provider = await FakeProvider.StartAsync();
        provider.Respond = new DemoReplies().To;
        await Console.Out.WriteLineAsync(provider.AnthropicBase);
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
