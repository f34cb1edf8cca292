using Callgate.Calls;
using Microsoft.Extensions.Logging;

namespace Callgate.Interop;

/// <summary>What the wrappers of one inner client or generator share: whose callbacks observe it, and what is known of it.</summary>
internal sealed partial class Observer
{
    private const Hooks Steering =
        Hooks.GetChatCompletionPromptAsync
        | Hooks.FilterDeploymentsAsync
        | Hooks.PreCallCheckAsync
        | Hooks.PreCallDeploymentHookAsync
        | Hooks.PostCallSuccessDeploymentHookAsync
        | Hooks.PostCallFailureDeploymentHookAsync
        | Hooks.PostCallStreamingDeploymentHookAsync
        | Hooks.AgenticLoop;

    private readonly HashSet<string> _warned = [];
    private readonly Lock _lock = new();

    public Observer(LlmClient client, string? providerName, Uri? providerUri, string? model)
    {
        Client = client;
        Provider = ProviderNames.Of(providerName, providerUri);
        ApiBase = providerUri?.GetLeftPart(UriPartial.Path).TrimEnd('/') ?? "";
        DefaultModel = string.IsNullOrEmpty(model) ? "unknown" : model;
    }

    public LlmClient Client { get; }
    public ClientRuntime Runtime => Client.Runtime;

    /// <summary>The inner client's provider, by LiteLLM's name.</summary>
    public string Provider { get; }

    public string ApiBase { get; }
    public string DefaultModel { get; }

    /// <summary>A client that only observes.</summary>
    public static LlmClient Make(Action<CallgateBuilder> configure, IServiceProvider services)
    {
        var builder = new CallgateBuilder();
        configure(builder);
        builder.LoggerFactory ??= (ILoggerFactory?)services.GetService(typeof(ILoggerFactory));
        return new LlmClient(builder.Options);
    }

    /// <summary>A guard that never runs must not go unnoticed.</summary>
    public void WarnOfSteering(CallOptions options)
    {
        var callbacks = Runtime.CallbacksFor(options);
        if (!callbacks.Has(Steering))
        {
            return;
        }

        foreach (var registration in callbacks.All)
        {
            // Handlers of our own change nothing.
            if (!registration.Has(Steering) || registration.Handler is IHookSource)
            {
                continue;
            }

            lock (_lock)
            {
                if (!_warned.Add(registration.Name))
                {
                    continue;
                }
            }

            LogSteering(
                Runtime.Logger,
                registration.Name,
                string.Join(", ", HookScan.NamesOf(registration.Hooks & Steering))
            );
        }
    }

    public void WarnOfRoundTrips() => LogRoundTrips(Runtime.Logger);

    /// <summary>Describes something for the observers; what can't be described must not harm the call.</summary>
    public T Describe<TState, T>(TState state, Func<TState, T> describe, Func<TState, T> otherwise)
    {
        try
        {
            return describe(state);
        }
#pragma warning disable CA1031 // The call is another client's; that we can't read it is no reason to fail it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Runtime.Hub.Report("UseCallgate", "mapping", exception);
            return otherwise(state);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "CALLGATE103: {Handler} overrides {Hooks}, which UseCallgate never calls: it observes another client's calls and can't steer them. Call the model through LlmClient.AsIChatClient for hooks that change or refuse."
    )]
    private static partial void LogSteering(ILogger logger, string handler, string hooks);

    [LoggerMessage(
        LogLevel.Warning,
        "CALLGATE104: UseCallgate stands before UseFunctionInvocation, so all round trips of a turn are seen as one call. Put it after UseFunctionInvocation to see each."
    )]
    private static partial void LogRoundTrips(ILogger logger);
}
