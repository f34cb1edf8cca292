using System.CommandLine;
using Callgate.Gateway;

namespace Callgate.Host.Commands;

/// <summary>How a config is to be read: for the commands that read one.</summary>
internal sealed class GatewayArguments
{
    private readonly Option<bool> _strict = new("--strict") { Description = "Refuse a config with an unknown key." };

    private readonly Option<string[]> _acceptUnenforced = new("--accept-unenforced")
    {
        Description =
            "Start although this key of the config restricts something that nothing enforces yet. May be repeated.",
        HelpName = "KEY",
    };

    public void AddTo(Command command)
    {
        command.Add(_strict);
        command.Add(_acceptUnenforced);
    }

    public void Apply(ParseResult arguments, GatewayOptions options)
    {
        options.Strict = arguments.GetValue(_strict);
        foreach (var key in arguments.GetValue(_acceptUnenforced) ?? [])
        {
            options.AcceptUnenforced.Add(key);
        }
    }
}
