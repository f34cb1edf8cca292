using Callgate.Calls;

namespace Callgate.Gateway.Endpoints;

/// <summary>Fires the hook that narrows the lists of models.</summary>
internal static class ListingHooks
{
    public static async ValueTask<IReadOnlyList<string>> FilterAsync(
        ClientRuntime runtime,
        UserApiKey key,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        var callbacks = runtime.CallbacksFor(CallOptions.Default);
        if (!callbacks.Has(Hooks.FilterListedModelsAsync))
        {
            return names;
        }

        foreach (var registration in callbacks.With(Hooks.FilterListedModelsAsync))
        {
            names = await FilterAsync(runtime, registration, key, names, cancellationToken).ConfigureAwait(false);
        }

        return names;
    }

    private static async ValueTask<IReadOnlyList<string>> FilterAsync(
        ClientRuntime runtime,
        Registration registration,
        UserApiKey key,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        using var deadline = new CancellationTokenSource(registration.Options.Deadline, runtime.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var kept = await registration
                .Handler.FilterListedModelsAsync(
                    new FilterListedModelsContext { UserApiKey = key, ModelNames = names },
                    either.Token
                )
                .AsTask()
                .WaitAsync(either.Token)
                .ConfigureAwait(false);
            List<string>? copy = kept is null ? null : [.. kept];
            return copy?.TrueForAll(names.Contains) == true
                ? copy
                : throw new InvalidOperationException("The hook returned names that it was not given, or null.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // What a hook throws is decided on here, by its registration's OnFailure.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            runtime.Hub.Report(registration.Name, nameof(CustomLogger.FilterListedModelsAsync), exception);
            return registration.Options.OnFailure == OnHookFailure.Deny
                ? throw Refusals.Create(
                    500,
                    $"The callback {registration.Name} failed in {nameof(CustomLogger.FilterListedModelsAsync)}, and the list was withheld for it."
                )
                : names;
        }
    }
}
