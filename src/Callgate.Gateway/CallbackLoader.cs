using Callgate.Gateway.Configuration;
using Callgate.Gateway.Configuration.Keys;
using Callgate.Gateway.HttpHooks;
using Callgate.Gateway.UserCode;

namespace Callgate.Gateway;

/// <summary>Makes callbacks of what a config names: built-in ones, HTTP hooks, and users' code.</summary>
internal sealed class CallbackLoader(GatewayOptions options, IServiceProvider services)
{
    /// <summary>The type of callbacks that are services.</summary>
    internal const string HttpHook = "http_hook";

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
                        loaded.Add(await MakeAsync(reference, complaints, cancellationToken).ConfigureAwait(false));
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

    /// <summary>The folders that the code of callbacks is in.</summary>
    public static IEnumerable<string> FoldersOf(IEnumerable<Configuration.CallbackReference> references)
    {
        foreach (var reference in references)
        {
            var folder = FolderOf(reference);
            string? file;
            try
            {
                file = UserCode.CallbackReference.Resolve(reference.Name, folder).FilePath;
            }
            catch (CallbackLoadException)
            {
                file = null; // may yet be written
            }

            yield return file is null ? folder : Path.GetDirectoryName(file)!;
        }
    }

    private async Task<ConfiguredCallback> MakeAsync(
        Configuration.CallbackReference reference,
        List<ConfigDiagnostic> complaints,
        CancellationToken cancellationToken
    )
    {
        var settings = new CallbackSettings(reference.Name, reference.Settings);
        var type = settings.Text("callback_type");
        if (type == HttpHook)
        {
            return HttpHookOf(reference);
        }

        if (type is not null && !BuiltInCallbacks.Has(type))
        {
            string[] types = [HttpHook, .. BuiltInCallbacks.Names];
            var meant = EditDistance.Nearest(type, types) is { } nearest ? $"; did you mean {nearest}?" : ".";
            throw settings.Wrong(
                "callback_type",
                $"names no type that is known{meant} There are: {string.Join(", ", types)}"
            );
        }

        if (BuiltInCallbacks.Has(type ?? reference.Name))
        {
            return new ConfiguredCallback(
                BuiltInCallbacks.Create(
                    type ?? reference.Name,
                    SettingsMap.Of(reference.Settings),
                    reference.Name,
                    TimeProvider.System
                ),
                reference.Events,
                new CallbackOptions { Name = reference.Name },
                IsOurs: true
            );
        }

        var registration = new CallbackOptions { OnFailure = settings.OnFailure("on_failure") };
        registration = registration with { Deadline = settings.Seconds("timeout") ?? registration.Deadline };
        var loaded = await _code
            .LoadAsync(reference.Name, FolderOf(reference), reference.Settings, cancellationToken)
            .ConfigureAwait(false);
        if (!loaded.HasTakenSettings)
        {
            complaints.AddRange(
                settings
                    .Keys.Except(["on_failure", "timeout"])
                    .Select(key =>
                        reference.Complaint(
                            ConfigSeverity.Warning,
                            $"has {Shown.Key(key)} in callback_settings, which nothing reads: there are on_failure and timeout; for others, its constructor takes a JsonElement."
                        )
                    )
            );
        }

        return new ConfiguredCallback(loaded.Handler, reference.Events, registration, loaded);
    }

    private static ConfiguredCallback HttpHookOf(Configuration.CallbackReference reference)
    {
        var settings = HttpHookReader.Read(reference.Name, reference.Settings!.Value);
        if (settings.Uncalled(reference.Events).FirstOrDefault() is { } hook)
        {
            throw new CallbackLoadException(
                $"'{reference.Name}' is in a list for one kind of event only, so its hook {hook} would never be called. Name it in litellm_settings.callbacks."
            );
        }

        return new ConfiguredCallback(
            new HttpHookLogger(settings, TimeProvider.System),
            reference.Events,
            settings.ToCallbackOptions(),
            IsOurs: true
        );
    }

    private static string FolderOf(Configuration.CallbackReference reference) =>
        Path.GetDirectoryName(Path.GetFullPath(reference.File))!;
}
