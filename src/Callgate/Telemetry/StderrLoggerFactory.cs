using Microsoft.Extensions.Logging;

namespace Callgate;

/// <summary>Where nobody configured logging: warnings and above go to standard error, a line each.</summary>
internal sealed class StderrLoggerFactory(Func<TextWriter> output) : ILoggerFactory
{
    /// <summary>Writes to what <see cref="Console.Error"/> is at that time.</summary>
    public static StderrLoggerFactory Instance { get; } = new(static () => Console.Error);

    public ILogger CreateLogger(string categoryName) => new StderrLogger(categoryName, output);

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException(
            "Standard error is all there is. Set LlmClientOptions.LoggerFactory to log elsewhere."
        );

    public void Dispose() { }

    private sealed class StderrLogger(string category, Func<TextWriter> output) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

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
            ArgumentNullException.ThrowIfNull(formatter);
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var level = logLevel switch
            {
                LogLevel.Warning => "warn",
                LogLevel.Error => "fail",
                _ => "crit",
            };
            var text = $"{level}: {category}: {formatter(state, exception)}";
            if (exception is not null)
            {
                text += $" [{exception.GetType().FullName}: {exception.Message}]";
            }

            try
            {
                output().WriteLine(OneLine(text));
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // A closed standard error must not harm a call.
            }
        }

        /// <summary>What a provider or a handler wrote may hold line ends, and escape sequences for the terminal.</summary>
        private static string OneLine(string text) =>
            text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && text.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') < 0
                ? text
                : string.Create(
                    text.Length,
                    text,
                    static (line, text) =>
                    {
                        for (var i = 0; i < line.Length; i++)
                        {
                            line[i] = char.IsControl(text[i]) ? ' ' : text[i];
                        }
                    }
                );
    }
}
