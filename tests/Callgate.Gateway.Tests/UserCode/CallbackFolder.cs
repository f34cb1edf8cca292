using System.Collections.Concurrent;
using Callgate.Gateway.UserCode;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.Tests.UserCode;

/// <summary>A folder with a configuration's callbacks in it, the services of an application, and a log.</summary>
internal sealed class CallbackFolder : IDisposable
{
    private readonly ServiceCollection _services = new();
    private readonly Lazy<ServiceProvider> _provider;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("callgate-callbacks-");

    public CallbackFolder()
    {
        _services.AddSingleton<ILoggerFactory>(Log);
        _provider = new(() => _services.BuildServiceProvider());
        Path = _root.CreateSubdirectory("config").FullName;
        CachePath = System.IO.Path.Combine(_root.FullName, "cache");
    }

    public string Path { get; }
    public string CachePath { get; }
    public LineLog Log { get; } = new();
    public IServiceCollection Services => _services;

    public UserCodeLoader NewLoader() => new(_provider.Value, new CompiledCodeCache(CachePath));

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes as most editors do: another file, renamed into place.</summary>
    public void Save(string name, string text) => File.Move(Write(name + ".tmp", text), PathOf(name), overwrite: true);

    public Task<LoadedCallback> LoadAsync(string reference) =>
        NewLoader().LoadAsync(reference, Path, null, TestContext.Current.CancellationToken);

    public async Task<string> ErrorOfAsync(string reference) =>
        (await Assert.ThrowsAsync<CallbackLoadException>(() => LoadAsync(reference))).Message;

    public void Dispose()
    {
        if (_provider.IsValueCreated)
        {
            _provider.Value.Dispose();
        }

        _root.Delete(recursive: true);
    }
}

/// <summary>Keeps what is logged: a line each, its category before it.</summary>
internal sealed class LineLog : ILoggerFactory
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public bool Has(string text) => _lines.Any(l => l.Contains(text, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void AddProvider(ILoggerProvider provider) { }

    public void Dispose() { }

    private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => lines.Enqueue($"{category}: {logLevel}: {formatter(state, exception)}");
    }
}
