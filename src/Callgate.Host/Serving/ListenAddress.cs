using System.Net;

namespace Callgate.Host.Serving;

/// <summary>Where the gateway listens: by itself on every interface, but without a master key on this machine only.</summary>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    private const string Needed =
        "Without a master key the gateway would let in everybody who can reach it. Set general_settings.master_key in the config, "
        + "or the variable CALLGATE_MASTER_KEY; or leave --host out, to listen on this machine only.";

    public bool IsOpen => !IPAddress.IsLoopback(Address);

    /// <summary>What a client on this machine calls.</summary>
    public string LocalHost =>
        Address.Equals(IPAddress.Any) ? "127.0.0.1"
        : Address.Equals(IPAddress.IPv6Any) ? "[::1]"
        : new UriBuilder("http", Address.ToString()).Host;

    /// <exception cref="ServeException">It can't be listened there.</exception>
    public static ListenAddress Of(string? host, int port, bool hasMasterKey)
    {
        if (port is < 0 or > 65535)
        {
            throw new ServeException($"--port {port}: a port is a number from 0 to 65535; 0 takes a free one.");
        }

        var address = host switch
        {
            null => hasMasterKey ? IPAddress.Any : IPAddress.Loopback,
            "localhost" => IPAddress.Loopback,
            "*" or "+" => IPAddress.Any,
            _ => IPAddress.TryParse(host, out var parsed)
                ? parsed
                : throw new ServeException($"--host {host}: write an IP address, such as 0.0.0.0, or localhost."),
        };
        var listen = new ListenAddress(address, port);
        return listen.IsOpen && !hasMasterKey
            ? throw new ServeException($"--host {host} is refused. {Needed}")
            : listen;
    }

    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
