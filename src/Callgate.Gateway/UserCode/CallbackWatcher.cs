using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.UserCode;

/// <summary>
/// Follows the edits of a callback's file. Each version that loads takes the place of the one before, which is released once
/// it is drained. One that doesn't load is reported, and the version before stays in use.
/// </summary>
/// <remarks>
/// The function given to <see cref="UserCodeLoader.Watch"/> puts the second callback in the place of the first before it
/// gives back its task, which completes once no call uses the first any more. A task that has failed by then says that the first is still in its place.
/// </remarks>
internal sealed partial class CallbackWatcher : IAsyncDisposable
{
    /// <summary>As many as Linux follows.</summary>
    private const int MostLinks = 40;

    /// <summary>How long a new version may go on loading once nobody waits for it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Editors save in several steps.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly UserCodeLoader _loader;
    private readonly Func<LoadedCallback, LoadedCallback, Task> _replace;
    private readonly ILogger _logger;
    private readonly TimeSpan _pause;
    private readonly TimeSpan _patience;
    private readonly string _path;
    private readonly Dictionary<string, FileSystemWatcher> _folders = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly Task _running;
    private (string Hash, DateTime Written) _seen;
    private volatile IReadOnlyList<string> _links = [];
    private volatile LoadedCallback _current;
    private volatile string? _error;

    public CallbackWatcher(
        UserCodeLoader loader,
        LoadedCallback loaded,
        Func<LoadedCallback, LoadedCallback, Task> replace,
        ILogger logger,
        TimeSpan? pause = null,
        TimeSpan? patience = null
    )
    {
        _pause = pause ?? s_pause;
        _patience = patience ?? s_patience;
        _path =
            loaded.FilePath
            ?? throw new ArgumentException("A type of the application has no file to watch.", nameof(loaded));
        (_loader, _current, _replace, _logger) = (loader, loaded, replace, logger);
        Watch();
        // What was saved between the load and now.
        _changes.Writer.TryWrite(true);
        _running = RunAsync(_stopping.Token);
    }

    /// <summary>The version in use.</summary>
    public LoadedCallback Current => _current;

    /// <summary>Why the file, as it is now, is not in use; null where it is.</summary>
    public string? Error => _error;

    /// <summary>Stops watching. The current version stays in use, and is its owner's to release.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.WaitAsync(_patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A constructor of the user's, which nobody can break off. What it makes is released when it comes back.
        }

        foreach (var files in _folders.Values)
        {
            files.Dispose();
        }
    }

    /// <summary>Watches the file, and where it is a link, whatever it leads to.</summary>
    private void Watch()
    {
        try
        {
            _links = [_path, .. LinksOf(_path)];
            foreach (var folder in _links.Select(f => Path.GetDirectoryName(f)!).Where(f => !_folders.ContainsKey(f)))
            {
                _folders[folder] = Watch(folder);
            }
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            LogNotWatched(_logger, _path, exception.Message);
        }
    }

    private static List<string> LinksOf(string path)
    {
        List<string> targets = [];
        for (
            var target = File.ResolveLinkTarget(path, returnFinalTarget: false);
            target is not null && targets.Count < MostLinks;
            target = File.ResolveLinkTarget(target.FullName, returnFinalTarget: false)
        )
        {
            targets.Add(target.FullName);
        }

        return targets;
    }

    private FileSystemWatcher Watch(string folder)
    {
        var files = new FileSystemWatcher(folder)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        files.Changed += OnChange;
        files.Created += OnChange;
        files.Renamed += OnChange;
        // Too much at once: some change was lost, perhaps this file's.
        files.Error += (_, _) => _changes.Writer.TryWrite(true);
        files.EnableRaisingEvents = true;
        return files;
    }

    private void OnChange(object sender, FileSystemEventArgs e)
    {
        // Kubernetes swaps the folder behind a link named ..data, and the files in it have no event of their own.
        if (_links.Contains(e.FullPath) || e.Name?.StartsWith("..", StringComparison.Ordinal) == true)
        {
            _changes.Writer.TryWrite(true);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _changes.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (_changes.Reader.TryRead(out _))
                {
                    await Task.Delay(_pause, cancellationToken).ConfigureAwait(false);
                }

                await ReloadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ReloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(_path))
            {
                return; // in the middle of being replaced
            }

            // A link may lead elsewhere by now.
            Watch();
            var written = File.GetLastWriteTimeUtc(_path);
            var content = await UserCodeLoader.ReadAsync(_path, cancellationToken).ConfigureAwait(false);
            var seen = (Convert.ToHexStringLower(SHA256.HashData(content)), written);
            if (seen == _seen)
            {
                return;
            }

            _seen = seen;
            if (seen.Item1 != _current.ContentHash)
            {
                var next = await _loader
                    .LoadAsync(_current.Reference, _current.BaseDirectory, _current.Settings, cancellationToken)
                    .ConfigureAwait(false);
                if (cancellationToken.IsCancellationRequested)
                {
                    await next.ReleaseAsync().ConfigureAwait(false);
                    return;
                }

                Replace(next);
            }

            _error = null;
        }
        catch (CallbackLoadException exception)
        {
            _error = exception.Message;
            LogNotReplaced(_logger, _path, exception.Message);
        }
#pragma warning disable CA1031 // The next edit must still be seen.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _error = exception.Message;
            LogNotReplaced(_logger, _path, exception.Message);
        }
    }

    private void Replace(LoadedCallback next)
    {
        var current = _current;
        var drained = _replace(current, next);
        if (drained.Exception is { } failure)
        {
            _ = next.ReleaseAsync().AsTask();
            throw failure.InnerException!;
        }

        _current = next;
        LogReplaced(_logger, _path);
        _ = ReleaseAsync(current, drained);
    }

    private async Task ReleaseAsync(LoadedCallback replaced, Task drained)
    {
        try
        {
            await drained.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever kept it from being drained, nothing new comes to it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotDrained(_logger, _path, exception);
        }

        await replaced.ReleaseAsync().ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Information, "{File} was saved: calls that begin from now on use its new version.")]
    private static partial void LogReplaced(ILogger logger, string file);

    [LoggerMessage(
        LogLevel.Error,
        "{File} was saved, but can't be loaded; the version before it stays in use.\n{Error}"
    )]
    private static partial void LogNotReplaced(ILogger logger, string file, string error);

    [LoggerMessage(LogLevel.Warning, "The version of {File} before was not drained; it is released all the same.")]
    private static partial void LogNotDrained(ILogger logger, string file, Exception exception);

    [LoggerMessage(LogLevel.Warning, "{File} can't be watched, so edits need a restart: {Trouble}")]
    private static partial void LogNotWatched(ILogger logger, string file, string trouble);
}
