using Microsoft.Extensions.Logging;

namespace Callgate;

/// <summary>Answers "why isn't my callback called?" when a handler is registered. The ids are those of <c>docs/diagnostics.md</c>.</summary>
internal static partial class RegistrationDiagnostics
{
    /// <summary>Says what a handler overrides, and warns of what it can't have meant. Once per registration and client.</summary>
    public static void Report(Registration registration, bool isGateway, ILogger logger)
    {
        var name = registration.Name;
        if (registration.IsAddedAgain)
        {
            ReportDuplicate(name, logger);
        }

        if (registration.Handler is FunctionLogger)
        {
            if (logger.IsEnabled(LogLevel.Debug))
            {
                LogFunction(logger, name, Join(registration.Hooks));
            }

            return;
        }

        var one = registration.Handler as OneEventLogger;
        var lookalikes = HookScan.LookalikesOf(one?.Inner ?? registration.Handler);
        foreach (var lookalike in lookalikes)
        {
            LogLookalike(logger, name, lookalike.Method, lookalike.Hook, lookalike.Signature);
        }

        if (registration.Hooks != Hooks.None)
        {
            ReportHooks(registration, isGateway, logger);
        }
        else if (one is not null && HookScan.HooksOf(one.Inner) != Hooks.None)
        {
            LogWrongList(logger, name, Join(HookScan.HooksOf(one.Inner)), Join(OneEventLogger.HooksOf(one.Event)));
        }
        else if (lookalikes.Count == 0)
        {
            LogOverridesNothing(logger, name);
        }
    }

    /// <summary>Says that a handler was added to a list that has it.</summary>
    public static void ReportDuplicate(string name, ILogger logger) => LogDuplicate(logger, name);

    private static void ReportHooks(Registration registration, bool isGateway, ILogger logger)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            LogOverrides(logger, registration.Name, Join(registration.Hooks));
        }

        if (!isGateway && registration.Has(Hooks.GatewayOnly))
        {
            LogGatewayOnly(logger, registration.Name, Join(registration.Hooks & Hooks.GatewayOnly));
        }
    }

    private static string Join(Hooks hooks) => string.Join(", ", HookScan.NamesOf(hooks));

    [LoggerMessage(LogLevel.Information, "Callback {Handler} is registered; it overrides {Hooks}.")]
    private static partial void LogOverrides(ILogger logger, string handler, string hooks);

    [LoggerMessage(LogLevel.Debug, "Callback function {Handler} is registered for {Hooks}.")]
    private static partial void LogFunction(ILogger logger, string handler, string hooks);

    [LoggerMessage(
        LogLevel.Warning,
        "CALLGATE001: {Handler}.{Method} looks like the hook {Hook} but overrides nothing, so it is never called. Declare it as: {Signature}"
    )]
    private static partial void LogLookalike(
        ILogger logger,
        string handler,
        string method,
        string hook,
        string signature
    );

    [LoggerMessage(
        LogLevel.Warning,
        "CALLGATE002: {Handler} overrides {Hooks}, which only the gateway calls: in this client it never runs."
    )]
    private static partial void LogGatewayOnly(ILogger logger, string handler, string hooks);

    [LoggerMessage(LogLevel.Warning, "CALLGATE101: Callback {Handler} is in the list already and was not added again.")]
    private static partial void LogDuplicate(ILogger logger, string handler);

    [LoggerMessage(
        LogLevel.Warning,
        "CALLGATE102: Callback {Handler} overrides no hook at all, so it is never called."
    )]
    private static partial void LogOverridesNothing(ILogger logger, string handler);

    [LoggerMessage(
        LogLevel.Warning,
        "CALLGATE102: Callback {Handler} overrides {Hooks}, but its list fires only {ListHooks}, so it is never called."
    )]
    private static partial void LogWrongList(ILogger logger, string handler, string hooks, string listHooks);
}
