using System.Text.Json;
using Callgate.Gateway.Configuration;
using Callgate.Gateway.HttpHooks;
using Callgate.Gateway.UserCode;

namespace Callgate.Gateway;

/// <summary>Makes callbacks of what a config names: built-in ones, HTTP hooks, and users' code.</summary>
internal sealed class CallbackLoader(GatewayOptions options, IServiceProvider services)
{
    private readonly UserCodeLoader _code = new(
        services,
        options.CompiledCodeFolder is { } folder ? new CompiledCodeCache(folder) : CompiledCodeCache.OfUser()
    );

    /// <summary>Loads all of them, and tells of each that can't be.</summary>
    public async Task<(IReadOnlyList<ConfiguredCallback> Loaded, IReadOnlyList<ConfigDiagnostic> Complaints)> LoadAsync(
        IReadOnlyList<Configuration.CallbackReference> references,
        CancellationToken cancellationToken
    )
    {
        var loaded = new List<ConfiguredCallback>();
        var complaints = new List<ConfigDiagnostic>();
        try
        {
            foreach (var reference in references)
            {
                try
                {
                    if (LitellmCallbacks.ThrowIfMissing(reference.Name))
                    {
                        loaded.Add(await MakeAsync(reference, cancellationToken).ConfigureAwait(false));
                    }
                }
                catch (Exception exception) when (exception is CallbackLoadException or ArgumentException)
                {
                    complaints.Add(reference.Complaint(ConfigSeverity.Error, exception.Message));
                }
            }
        }
        catch
        {
            await ReleaseAsync(loaded).ConfigureAwait(false);
            throw;
        }

        return (loaded, complaints);
    }

    /// <summary>Lets go of callbacks that nobody calls.</summary>
    public static async Task ReleaseAsync(IEnumerable<ConfiguredCallback> callbacks)
    {
        foreach (var callback in callbacks)
        {
            await callback.ReleaseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Follows the edits of a callback's file.</summary>
    public CallbackWatcher Watch(LoadedCallback loaded, Func<LoadedCallback, LoadedCallback, Task> replace) =>
        _code.Watch(loaded, replace);

    private async Task<ConfiguredCallback> MakeAsync(
        Configuration.CallbackReference reference,
        CancellationToken cancellationToken
    )
    {
        var type = TypeOf(reference);
        if (type == "http_hook")
        {
            var settings = HttpHookReader.Read(reference.Name, reference.Settings!.Value);
            return new ConfiguredCallback(
                new HttpHookLogger(settings, TimeProvider.System),
                reference.Events,
                settings.ToCallbackOptions(),
                IsOurs: true
            );
        }

        if (BuiltInCallbacks.Has(type))
        {
            return new ConfiguredCallback(
                BuiltInCallbacks.Create(type, SettingsMap.Of(reference.Settings), reference.Name, TimeProvider.System),
                reference.Events,
                new CallbackOptions { Name = reference.Name },
                IsOurs: true
            );
        }

        var loaded = await _code
            .LoadAsync(reference.Name, Path.GetDirectoryName(Path.GetFullPath(reference.File))!, cancellationToken)
            .ConfigureAwait(false);
        return new ConfiguredCallback(loaded.Handler, reference.Events, new CallbackOptions(), loaded);
    }

    private static string TypeOf(Configuration.CallbackReference reference) =>
        reference.Settings is { ValueKind: JsonValueKind.Object } settings
        && settings.TryGetProperty("callback_type", out var type)
        && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : reference.Name;
}
