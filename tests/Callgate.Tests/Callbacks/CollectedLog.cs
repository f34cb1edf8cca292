using Microsoft.Extensions.Logging;

namespace Callgate.Tests.Callbacks;

/// <summary>Keeps what is logged, as lines of level and message.</summary>
internal sealed class CollectedLog(LogLevel least = LogLevel.Trace) : ILogger, ILoggerFactory
{
    public List<string> Lines { get; } = [];

    public IEnumerable<string> Warnings => Lines.Where(l => l.StartsWith("Warning", StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() { }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (IsEnabled(logLevel))
        {
            Lines.Add($"{logLevel}: {formatter(state, exception)}");
        }
    }
}
