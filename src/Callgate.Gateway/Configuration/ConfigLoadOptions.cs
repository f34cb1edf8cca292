using System.Collections.Frozen;

namespace Callgate.Gateway.Configuration;

/// <summary>How a config is to be read.</summary>
internal sealed record ConfigLoadOptions
{
    /// <summary>An unknown key is an error, not a warning.</summary>
    public bool Strict { get; init; }

    /// <summary>Keys that restrict something and are accepted although nothing enforces them: a bare name, or a path without indices.</summary>
    public IReadOnlySet<string> AcceptUnenforced { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Looks up <c>os.environ/NAME</c>. Default: the process's environment.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Tells the day whose catalogue prices complete those of the config. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>As a gateway's options say.</summary>
    public static ConfigLoadOptions Of(GatewayOptions options) =>
        new()
        {
            Strict = options.Strict,
            Environment = options.Environment,
            AcceptUnenforced = options.AcceptUnenforced.ToFrozenSet(StringComparer.Ordinal),
        };
}
