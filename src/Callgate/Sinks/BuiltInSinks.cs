namespace Callgate.Sinks;

/// <summary>Makes the sinks that are registered by name, from their settings.</summary>
internal static class BuiltInSinks
{
    private const string EndpointVariable = "GENERIC_LOGGER_ENDPOINT";
    private const string HeadersVariable = "GENERIC_LOGGER_HEADERS";

    private static readonly Dictionary<string, Hooks> s_eventTypes = new(StringComparer.Ordinal)
    {
        ["llm_api_success"] = Hooks.LogSuccessEventAsync,
        ["llm_api_failure"] = Hooks.LogFailureEventAsync,
    };

    private static readonly Dictionary<string, WebhookFormat> s_formats = new(StringComparer.Ordinal)
    {
        ["json_array"] = WebhookFormat.JsonArray,
        ["ndjson"] = WebhookFormat.NdJson,
        ["single"] = WebhookFormat.Single,
    };

    public static CustomLogger Jsonl(SinkSettings settings)
    {
        var path = settings.Text("path") ?? JsonlSink.DefaultPath;
        if (path.Length == 0 || Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
        {
            throw settings.Wrong("path", "must name a file");
        }

        return Drive(
            new JsonlSink(path, settings.Bytes("max_file_size") ?? long.MaxValue, settings.TimeProvider),
            settings
        );
    }

    public static CustomLogger Webhook(SinkSettings settings) =>
        Drive(
            new WebhookSink(
                new WebhookOptions
                {
                    Endpoint = Endpoint(settings),
                    Format = settings.Text("log_format") is { } format
                        ? s_formats.TryGetValue(format, out var known)
                            ? known
                            : throw settings.Wrong("log_format", $"must be one of {string.Join(", ", s_formats.Keys)}")
                        : WebhookFormat.JsonArray,
                    Headers = WebhookHeaders.Read(settings, "headers", HeadersVariable),
                    Signature = settings.Text("secret") is { } secret
                        ? string.IsNullOrWhiteSpace(secret)
                            ? throw settings.Wrong("secret", "must not be empty")
                            : new BodySignature(secret)
                        : null,
                    Timeout = settings.Seconds("timeout") is { } timeout
                        ? timeout > TimeSpan.Zero
                            ? timeout
                            : throw settings.Wrong("timeout", "must be above 0")
                        : TimeSpan.FromSeconds(30),
                    TimeProvider = settings.TimeProvider,
                }
            ),
            settings
        );

    private static SinkLogger Drive(IEventSink sink, SinkSettings settings)
    {
        var defaults = new SinkOptions();
        var hooks =
            settings
                .Texts("event_types")
                ?.Aggregate(
                    Hooks.None,
                    (all, type) =>
                        all
                        | (
                            s_eventTypes.TryGetValue(type, out var hook)
                                ? hook
                                : throw settings.Wrong(
                                    "event_types",
                                    $"must be some of {string.Join(", ", s_eventTypes.Keys)}"
                                )
                        )
                )
            ?? Hooks.LogSuccessEventAsync | Hooks.LogFailureEventAsync;
        if (hooks == Hooks.None)
        {
            throw settings.Wrong("event_types", "must not be empty: no event would be sent");
        }

        var options = new SinkOptions
        {
            Name = settings.Callback,
            BatchSize = settings.Whole("batch_size", "DEFAULT_BATCH_SIZE") ?? defaults.BatchSize,
            FlushInterval =
                settings.Seconds("flush_interval", "DEFAULT_FLUSH_INTERVAL_SECONDS") ?? defaults.FlushInterval,
            MaxPendingEvents = settings.Whole("max_pending_events") ?? defaults.MaxPendingEvents,
            MaxPendingBytes = settings.Bytes("max_pending_bytes") ?? defaults.MaxPendingBytes,
            MaxRetries = settings.Whole("max_retries") ?? defaults.MaxRetries,
            RetryDelay = settings.Seconds("retry_delay") ?? defaults.RetryDelay,
            MaxRetryDelay = settings.Seconds("max_retry_delay") ?? defaults.MaxRetryDelay,
            TimeProvider = settings.TimeProvider,
        };
        settings.RefuseUnknown();
        try
        {
            return new SinkLogger(sink, OptionsCheck.Validated(options), hooks);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ArgumentException(
                $"The settings of the callback '{settings.Callback}' can't be used: {e.Message}",
                e
            );
        }
    }

    private static Uri Endpoint(SinkSettings settings)
    {
        var text =
            settings.Text("endpoint")
            ?? settings.Environment(EndpointVariable)
            ?? throw new ArgumentException(
                $"The callback '{settings.Callback}' needs an address to send events to: set its 'endpoint', or {EndpointVariable} in the environment."
            );
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var endpoint)
            || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp)
        )
        {
            throw settings.Wrong("endpoint", "must be an absolute http or https address", EndpointVariable);
        }

        return endpoint.UserInfo.Length == 0
            ? endpoint
            : throw settings.Wrong(
                "endpoint",
                "must not hold a user or password: put an Authorization header into 'headers'",
                EndpointVariable
            );
    }
}
