using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.Configuration;

/// <summary>
/// Reads the config anew when one of its files changes: as a whole, or not at all. While the new one has errors, the old one holds.
/// Subscribers are called one change at a time, on a thread of the pool.
/// </summary>
internal sealed partial class ConfigWatcher : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly ConfigLoadOptions _options;
    private readonly ILogger _logger;
    private readonly string _path;
    private readonly TimeSpan _debounce;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, FileSystemWatcher> _directories = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _goodFiles;
    private HashSet<string> _watched = [];
    private string _fingerprint;
    private volatile bool _awaitsCode;
    private volatile bool _hasCodeChanged;
    private bool _isDisposed;

    /// <param name="current">What was read at the start.</param>
    /// <param name="options">How it was read.</param>
    /// <param name="logger">Hears what is wrong with a changed config.</param>
    /// <param name="debounce">How long files must be left alone before they are read: editors write in several steps. Default 0.2 seconds.</param>
    public ConfigWatcher(ConfigResult current, ConfigLoadOptions options, ILogger logger, TimeSpan? debounce = null)
    {
        _options = options;
        _logger = logger;
        _path = current.Files[0];
        _goodFiles = current.Files;
        _fingerprint = current.Fingerprint;
        _debounce = debounce ?? s_pause;
        _timer = options.TimeProvider.CreateTimer(
            static w => ((ConfigWatcher)w!).Reload(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>There is a new config.</summary>
    public event Action<GatewayConfig>? Changed;

    /// <summary>A change has errors; the old config holds.</summary>
    public event Action<ConfigResult>? Refused;

    /// <summary>Begins to watch, and reads once: the files may have changed since the start.</summary>
    public void Start()
    {
        lock (_lock)
        {
            WatchFiles(_goodFiles);
        }

        Soon();
    }

    /// <summary>
    /// The config that was told of last isn't in effect yet, and code may be why it never is: until <see cref="Settle"/>,
    /// an edit of code has it told of anew.
    /// </summary>
    /// <param name="folders">Where there is code.</param>
    public void AwaitCode(IEnumerable<string> folders)
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                Watch(folders);
                _awaitsCode = true;
            }
        }
    }

    /// <summary>The config that was told of last is in effect.</summary>
    public void Settle() => _awaitsCode = _hasCodeChanged = false;

    private void Reload()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            var result = ConfigLoader.Load(_path, _options);
            // What the broken one includes is watched too: the mistake may be there.
            WatchFiles([.. _goodFiles, .. result.Files]);
            if (result.Fingerprint == _fingerprint && !(_awaitsCode && _hasCodeChanged))
            {
                return;
            }

            Settle();
            _fingerprint = result.Fingerprint;
            if (result.Config is { } config)
            {
                _goodFiles = result.Files;
                if (result.Diagnostics.Count > 0)
                {
                    LogWarnings(_path, result.Diagnostics.Count, Lines(result));
                }

                Raise(Changed, config);
            }
            else
            {
                LogRefused(_path, Lines(result));
                Raise(Refused, result);
            }
        }
    }

    private void Raise<T>(Action<T>? subscribers, T what)
    {
        try
        {
            subscribers?.Invoke(what);
        }
#pragma warning disable CA1031 // The next change is to be seen all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogSubscriberFailed(exception);
        }
    }

    private static string Lines(ConfigResult result) =>
        string.Concat(result.Diagnostics.Select(d => Environment.NewLine + d));

    private void WatchFiles(IEnumerable<string> files)
    {
        // A file that is a link changes where the link points to, and where the link is.
        _watched = [.. files.Select(Path.GetFullPath).SelectMany(f => new[] { f, TargetOf(f) }).OfType<string>()];
        Watch(_watched.Select(f => Path.GetDirectoryName(f)!));
    }

    private void Watch(IEnumerable<string> directories)
    {
        foreach (var directory in directories.Distinct(StringComparer.Ordinal))
        {
            if (_directories.ContainsKey(directory) || !Directory.Exists(directory))
            {
                continue;
            }

            try
            {
                _directories[directory] = WatcherOf(directory);
            }
            catch (Exception exception) when (exception is IOException or ArgumentException)
            {
                LogNotWatched(directory, exception);
            }
        }
    }

    private FileSystemWatcher WatcherOf(string directory)
    {
        var watcher = new FileSystemWatcher(directory);
        watcher.Changed += OnEvent;
        watcher.Created += OnEvent;
        watcher.Renamed += OnEvent;
        watcher.Error += (_, _) => Soon();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void OnEvent(object sender, FileSystemEventArgs e)
    {
        // Kubernetes swaps a whole directory of files by renaming the link ..data.
        if (_watched.Contains(e.FullPath) || e.Name?.StartsWith("..data", StringComparison.Ordinal) == true)
        {
            Soon();
        }
        else if (_awaitsCode && IsCode(e.FullPath))
        {
            _hasCodeChanged = true;
            Soon();
        }
    }

    private static bool IsCode(string path) => Path.GetExtension(path).ToUpperInvariant() is ".CS" or ".DLL";

    private static string? TargetOf(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Soon()
    {
        try
        {
            _timer.Change(_debounce, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The last event came while the watcher went away.
        }
    }

    /// <summary>Ends it. Subscribers aren't called any more once this returns.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (var watcher in _directories.Values)
            {
                watcher.Dispose();
            }

            _directories.Clear();
        }

        _timer.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was changed, and has {Count} warnings.{Lines}")]
    private partial void LogWarnings(string path, int count, string lines);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} has errors; the config before it holds.{Lines}")]
    private partial void LogRefused(string path, string lines);

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber failed to take over the new config.")]
    private partial void LogSubscriberFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Directory} can't be watched: changes there are not seen.")]
    private partial void LogNotWatched(string directory, Exception exception);
}
