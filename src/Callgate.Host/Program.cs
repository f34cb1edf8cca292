using System.CommandLine;
using Callgate.Host.Commands;

var root = new RootCommand("Callgate: one server in front of every model, steered by your own code.")
{
    ServeCommand.Create(),
    CheckCommand.Create(),
    DemoCommand.Create(),
    ChatCommand.Create(),
    FakeProviderCommand.Create(),
};

// Each command ends in its own time after Ctrl+C: the gateway has a deadline for that.
return await root.Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });
