using Callgate.Sinks;

namespace Callgate.Tests.Sinks;

/// <summary>Settings of sinks that are registered by name: what they mean, and what can't be meant.</summary>
public class BuiltInSinksTests
{
    [Fact]
    public void Settings_may_be_numbers_or_texts()
    {
        foreach (var (batch, interval) in ((object, object)[])[(100, 0.5), ("100", "0.5"), (100L, 0.5m)])
        {
            var options = Create(
                "jsonl",
                ("batch_size", batch),
                ("flush_interval", interval),
                ("max_pending_events", 7),
                ("max_pending_bytes", "2MB"),
                ("max_retries", 0),
                ("retry_delay", 1),
                ("max_retry_delay", 2)
            ).Options;

            Assert.Equal(100, options.BatchSize);
            Assert.Equal(TimeSpan.FromSeconds(0.5), options.FlushInterval);
            Assert.Equal(7, options.MaxPendingEvents);
            Assert.Equal(2 << 20, options.MaxPendingBytes);
            Assert.Equal(0, options.MaxRetries);
            Assert.Equal(TimeSpan.FromSeconds(1), options.RetryDelay);
            Assert.Equal(TimeSpan.FromSeconds(2), options.MaxRetryDelay);
        }
    }

    [Fact]
    public void Defaults_are_LiteLLMs_and_its_environment_changes_them()
    {
        var options = Create("jsonl").Options;
        Assert.Equal(512, options.BatchSize);
        Assert.Equal(TimeSpan.FromSeconds(5), options.FlushInterval);

        var changed = Create(
            "jsonl",
            [],
            new() { ["DEFAULT_BATCH_SIZE"] = "10", ["DEFAULT_FLUSH_INTERVAL_SECONDS"] = "60" }
        ).Options;
        Assert.Equal(10, changed.BatchSize);
        Assert.Equal(TimeSpan.FromMinutes(1), changed.FlushInterval);
    }

    [Fact]
    public void Jsonl_writes_into_the_working_folder_by_default()
    {
        var sink = Assert.IsType<JsonlSink>(Create("jsonl").Sink);
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "callgate-events.jsonl"), sink.Path);
    }

    [Theory]
    [InlineData("webhook")]
    [InlineData("GENERIC_API")]
    public void A_webhook_takes_its_address_from_the_environment(string type)
    {
        var sink = Create(type, [], new() { ["GENERIC_LOGGER_ENDPOINT"] = "https://logs.example/x" }).Sink;
        var options = Assert.IsType<WebhookSink>(sink).Options;

        Assert.Equal("https://logs.example/x", options.Endpoint.AbsoluteUri);
        Assert.Equal(WebhookFormat.JsonArray, options.Format);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Timeout);
        Assert.Null(options.Signature);
    }

    [Fact]
    public void A_value_may_name_an_environment_variable()
    {
        var sink = Create("jsonl", [("path", "os.environ/WHERE")], new() { ["WHERE"] = "/x/y.jsonl" }).Sink;
        Assert.EndsWith("y.jsonl", Assert.IsType<JsonlSink>(sink).Path, StringComparison.Ordinal);
        Assert.Equal(
            "The setting 'path' of the callback 'mine' names the environment variable WHERE, which isn't set.",
            Error("jsonl", ("path", "os.environ/WHERE"))
        );
    }

    [Fact]
    public void Without_an_address_a_webhook_says_where_to_set_it() =>
        Assert.Equal(
            "The callback 'mine' needs an address to send events to: set its 'endpoint', or GENERIC_LOGGER_ENDPOINT in the environment.",
            Error("generic_api")
        );

    [Theory]
    [InlineData("jsonl", "paht", "x", "The callback 'mine' has no setting 'paht'. It has: batch_size, ")]
    [InlineData("generic_api", "url", "x", "The callback 'mine' has no setting 'url'. It has: batch_size, ")]
    [InlineData("console", "path", "x", "The callback 'mine' has no setting 'path'. It has: callback_type.")]
    [InlineData("jsonl", "path", "folder/", "'path' of the callback 'mine' must name a file.")]
    [InlineData("jsonl", "max_file_size", "big", "must be a number of bytes above 0, such as 1048576 or 100MB.")]
    [InlineData("jsonl", "max_file_size", 0, "must be a number of bytes above 0")]
    [InlineData("jsonl", "batch_size", "many", "'batch_size' of the callback 'mine' must be a whole number.")]
    [InlineData("jsonl", "batch_size", 0, "BatchSize must be from 1 to 100000.")]
    [InlineData("jsonl", "flush_interval", -1, "must be a number of seconds, at most 24 days.")]
    [InlineData("jsonl", "flush_interval", double.NaN, "must be a number of seconds, at most 24 days.")]
    [InlineData("jsonl", "event_types", "llm_api_sucess", "must be some of llm_api_success, llm_api_failure.")]
    [InlineData("jsonl", "event_types", new string[0], "must not be empty: no event would be sent.")]
    [InlineData("generic_api", "endpoint", "ftp://x", "must be an absolute http or https address.")]
    [InlineData("generic_api", "endpoint", "logs.example", "must be an absolute http or https address.")]
    [InlineData("generic_api", "endpoint", "https://u:p@logs.example", "must not hold a user or password")]
    [InlineData("generic_api", "log_format", "csv", "must be one of json_array, ndjson, single.")]
    [InlineData("generic_api", "timeout", 0, "'timeout' of the callback 'mine' must be above 0.")]
    [InlineData("generic_api", "secret", " ", "'secret' of the callback 'mine' must not be empty.")]
    [InlineData("generic_api", "headers", "a=b", "must be a map of names and values.")]
    [InlineData("generic_api", "path", new[] { "x" }, "has no setting 'path'")]
    public void What_cannot_be_meant_is_refused_by_name(string type, string name, object value, string message) =>
        Assert.Contains(
            message,
            name == "endpoint" || type != "generic_api"
                ? Error(type, (name, value))
                : Error(type, (name, value), ("endpoint", "https://logs.example")),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("x y", "T0PSECRET", "has a name that no header can have.")]
    [InlineData("Content-Length", "T0PSECRET", "must not set Content-Length.")]
    [InlineData("x-key", "T0PSECRET\n", "has a value for x-key that no header can carry")]
    public void Headers_that_cannot_be_sent_are_refused_without_their_value(string name, string value, string message)
    {
        var error = Error(
            "webhook",
            ("endpoint", "https://logs.example"),
            ("headers", new Dictionary<string, object?> { [name] = value })
        );
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("T0PSECRET", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_in_the_environment_is_refused_with_its_variable()
    {
        Assert.Equal(
            "GENERIC_LOGGER_HEADERS, which the callback 'mine' reads, must look like name=value,name=value.",
            Message(() =>
                Create("webhook", [("endpoint", "https://x")], new() { ["GENERIC_LOGGER_HEADERS"] = "T0PSECRET" })
            )
        );
        Assert.Equal(
            "The setting 'batch_size' of the callback 'mine' must be a whole number. It comes from the environment's DEFAULT_BATCH_SIZE.",
            Message(() => Create("jsonl", [], new() { ["DEFAULT_BATCH_SIZE"] = "x" }))
        );
    }

    [Fact]
    public void Unknown_names_are_refused()
    {
        Assert.Contains(
            "There is no built-in callback named 'nobody'. There are: console, jsonl, generic_api, webhook.",
            Error("nobody"),
            StringComparison.Ordinal
        );
        Assert.True(BuiltInCallbacks.Has("JSONL"));
        Assert.False(BuiltInCallbacks.Has("langfuse"));
    }

    private static string Error(string type, params (string Name, object? Value)[] settings) =>
        Message(() => Create(type, settings));

    private static string Message(Action create) => Assert.Throws<ArgumentException>(create).Message;

    private static SinkLogger Create(string type, params (string Name, object? Value)[] settings) =>
        Create(type, settings, []);

    private static SinkLogger Create(
        string type,
        (string Name, object? Value)[] settings,
        Dictionary<string, string> environment
    ) =>
        Assert.IsType<SinkLogger>(
            BuiltInCallbacks.Create(
                type,
                settings.ToDictionary(s => s.Name, s => s.Value),
                "mine",
                environment: environment.GetValueOrDefault
            )
        );
}
