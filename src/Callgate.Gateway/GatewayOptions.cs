using Callgate.Gateway.Configuration;

namespace Callgate.Gateway;

/// <summary>How a gateway is run. The defaults just work: a mock of every model, and each provider whose key stands in the environment.</summary>
public sealed class GatewayOptions
{
    /// <summary>LiteLLM's <c>config.yaml</c>; null: none. Edits of the file are taken over live.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>Refuses a config with an unknown key, which else is a warning. Default false.</summary>
    public bool Strict { get; set; }

    /// <summary>Keys of the config that restrict something and aren't enforced yet, and that the gateway is to start with all the same.</summary>
    public IList<string> AcceptUnenforced { get; } = [];

    /// <summary>The administrator's key, where the config has none; without it, that of the variable <c>CALLGATE_MASTER_KEY</c> or <c>LITELLM_MASTER_KEY</c>. Without any there is no administration, and whoever is on this machine may call; see <see cref="AllowAnonymous"/>.</summary>
    public Secret? MasterKey { get; set; }

    /// <summary>
    /// Lets everybody in where there is no master key: other machines, and web pages that a browser shows. Default false: then only
    /// programs on this machine may call. Set it where something in front of the gateway decides who may.
    /// </summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>The SQLite file that holds the virtual keys. Default <c>callgate.db</c> in the working directory.</summary>
    public string DatabaseFile { get; set; } = "callgate.db";

    /// <summary>The host application's own callbacks, before those of the config.</summary>
    public CallbackList Callbacks { get; set; } = [];

    /// <summary>Changes the options of the client behind the gateway: deployments, timeouts, prices. Called after the config is read, also after each reload.</summary>
    public Action<LlmClientOptions>? ConfigureClient { get; set; }

    /// <summary>The most bytes of a request's body; more is refused with 413. Default 100 MiB.</summary>
    public long MaxRequestBodyBytes { get; set; } = 100L << 20;

    /// <summary>The most that a request's body may take to arrive; then it is refused with 408. Default 5 minutes.</summary>
    public TimeSpan RequestBodyTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a stream without a client is read on where its deployment says <see cref="OnClientGone.Drain"/>. Default 1 minute.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many such streams there may be; further ones are aborted. Default 100.</summary>
    public int MaxDrainingStreams { get; set; } = 100;

    /// <summary>How long calls in flight may go on, and events be delivered, when the gateway stops. Default 30 seconds.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Looks up <c>os.environ/NAME</c> of the config.</summary>
    internal Func<string, string?> Environment { get; set; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Where compiled callback code is kept. Default: a folder of the user's own.</summary>
    public string? CompiledCodeFolder { get; set; }

    /// <summary>How long the config's files must be at rest before they are read anew; null: as editors need it.</summary>
    internal TimeSpan? ReloadPause { get; set; }

    /// <summary>What <see cref="ConfigFile"/> holds, where the host has read it already.</summary>
    internal ConfigResult? Config { get; set; }

    /// <summary>Refuses to go without a master key, also after a reload: others than this machine can reach the gateway.</summary>
    internal bool NeedsMasterKey { get; set; }
}
