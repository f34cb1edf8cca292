using Microsoft.Extensions.Logging;

namespace Callgate.Tests.Telemetry;

public sealed class StderrLoggerFactoryTests
{
    private readonly StringWriter _output = new() { NewLine = "\n" };

    [Fact]
    public void Warnings_and_above_are_written_and_nothing_below()
    {
        var logger = Logger();

        foreach (var level in Enum.GetValues<LogLevel>())
        {
            Assert.Equal(level is LogLevel.Warning or LogLevel.Error or LogLevel.Critical, logger.IsEnabled(level));
            Write(logger, level, $"a {level}");
        }

        Assert.Equal(
            "warn: Callgate: a Warning\nfail: Callgate: a Error\ncrit: Callgate: a Critical\n",
            _output.ToString()
        );
    }

    [Fact]
    public void An_entry_is_one_line_whatever_it_holds()
    {
        Write(
            Logger(),
            LogLevel.Warning,
            "one\r\ntwo \u001b[31mred\u0085",
            new InvalidOperationException("three\nfour")
        );

        Assert.Equal(
            "warn: Callgate: one  two  [31mred  [System.InvalidOperationException: three four]\n",
            _output.ToString()
        );
    }

    [Fact]
    public void A_closed_output_harms_nobody()
    {
        var logger = Logger();
        _output.Dispose();

        Assert.Null(Record.Exception(() => Write(logger, LogLevel.Warning, "unheard")));
    }

    [Fact]
    public void Another_provider_is_refused_rather_than_ignored() =>
        Assert.Throws<NotSupportedException>(() => new StderrLoggerFactory(() => _output).AddProvider(null!));

    private ILogger Logger() => new StderrLoggerFactory(() => _output).CreateLogger("Callgate");

    private static void Write(ILogger logger, LogLevel level, string text, Exception? exception = null) =>
        logger.Log(level, default, text, exception, static (state, _) => state);
}
