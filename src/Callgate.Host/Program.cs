using System.CommandLine;
using Callgate.Host.Commands;

var root = new RootCommand("Callgate: calls any LLM, and lets callbacks see every call.")
{
    DemoCommand.Create(),
    ChatCommand.Create(),
    FakeProviderCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
