using System.Text.Json;
using Callgate.Calls;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>Reads the fields that are for the gateway into the options of a call.</summary>
internal static class OwnFieldsReader
{
    private const int MaxTags = 100;
    private const int MaxRetries = 10;
    private const double MaxSeconds = 24 * 60 * 60;

    /// <summary>The options with what the fields say.</summary>
    /// <exception cref="LlmBadRequestException">A field is not what it should be, or may not be sent.</exception>
    public static CallOptions Read(CallOptions options, IEnumerable<(string Name, JsonElement Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            {
                options = Read(options, name, value);
            }
        }

        return options;
    }

    /// <summary>Takes the gateway's fields out of a request that a hook has put in place of the client's.</summary>
    public static LlmRequest Consume(Call call, LlmRequest request)
    {
        var format = call.Gateway!.Format;
        if (request.AdditionalProperties is not { } extra || !extra.Keys.Any(k => OwnFields.Contains(k, format)))
        {
            return request;
        }

        var kept = new ExtraFields();
        foreach (var (name, value) in extra)
        {
            if (OwnFields.Contains(name, format))
            {
                call.Options = Read(call.Options, [(name, value)]);
            }
            else
            {
                kept.Set(name, value);
            }
        }

        return request with
        {
            AdditionalProperties = kept.Count == 0 ? null : kept,
        };
    }

    private static CallOptions Read(CallOptions options, string name, JsonElement value) =>
        name switch
        {
            "metadata" or "litellm_metadata" => WithMetadata(options, name, value),
            "tags" => options with { Tags = [.. options.Tags, .. Texts(name, value)] },
            "fallbacks" => options with { Fallbacks = Texts(name, value, Model) },
            "num_retries" or "max_retries" => options with { NumRetries = Whole(name, value) },
            "timeout" or "request_timeout" => options with { Timeout = Seconds(name, value) },
            "stream_timeout" => options with { StreamTimeout = Seconds(name, value) },
            "cache" => options with { Cache = Cache(options.Cache, name, value) },
            "caching" => Flag(name, value)
                ? options
                : options with
                {
                    Cache = options.Cache with { NoCache = true, NoStore = true },
                },
            "no-log" or "no_log" => options with { NoLog = Flag(name, value) },
            "mock_response" => options with { Mock = new MockOptions { Response = Text(name, value) } },
            "session_id" or "litellm_session_id" => options with { SessionId = Text(name, value) },
            "trace_id" or "litellm_trace_id" => options with { TraceId = Text(name, value) },
            "prompt_id" => options with { PromptId = Text(name, value) },
            "prompt_variables" => options with { PromptVariables = Map(name, value) },
            "spend_logs_metadata" or "litellm_call_id" => options with
            {
                Metadata = CallMetadata.With(options.Metadata, new Dictionary<string, object?> { [name] = value }),
            },
            "drop_params" => options with { DropParams = Flag(name, value) },
            "api_base"
            or "base_url"
            or "api_key"
            or "api_version"
            or "user_config"
            or "custom_llm_provider"
            or "base_model" => throw Refused(
                name,
                "may not be sent by clients: the gateway's configuration says where calls go."
            ),
            // Whoever asks for a check must not go on without it.
            "guardrails" or "guardrail_config" => throw Refused(name, "is not supported: no guardrail would run."),
            // Whatever can be sent is sent, and what can't be is refused, with it or without.
            "allowed_openai_params" or "verbose" => options,
            _ => value.ValueKind == JsonValueKind.False
                ? options
                : throw Refused(name, "is LiteLLM's, and not supported here: leave it out."),
        };

    private static CallOptions WithMetadata(CallOptions options, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Refused(name, "must be an object.");
        }

        var given = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            // Who calls is for the gateway to say.
            if (!property.Name.StartsWith("user_api_key", StringComparison.Ordinal))
            {
                given[property.Name] = property.Value.Clone();
            }
        }

        options = options with { Metadata = CallMetadata.With(options.Metadata, given) };
        if (value.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array)
        {
            options = options with { Tags = [.. options.Tags, .. Texts($"{name}.tags", tags)] };
        }

        if (value.TryGetProperty("session_id", out var session) && session.ValueKind == JsonValueKind.String)
        {
            options = options with { SessionId = Text($"{name}.session_id", session) };
        }

        return value.TryGetProperty("trace_id", out var trace) && trace.ValueKind == JsonValueKind.String
            ? options with
            {
                TraceId = Text($"{name}.trace_id", trace),
            }
            : options;
    }

    private static CacheControl Cache(CacheControl cache, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Refused(name, "must be an object.");
        }

        // First: it undoes what the configuration says, and not what stands beside it.
        if (value.TryGetProperty("use-cache", out var use) && Flag($"{name}.use-cache", use))
        {
            cache = cache with { NoCache = false, NoStore = false };
        }

        foreach (var property in value.EnumerateObject())
        {
            var path = $"{name}.{property.Name}";
            cache = property.Name switch
            {
                "no-cache" => cache with { NoCache = Flag(path, property.Value) },
                "no-store" => cache with { NoStore = Flag(path, property.Value) },
                "ttl" => cache with { Ttl = Seconds(path, property.Value) },
                "s-maxage" or "s-max-age" => cache with { MaxAge = Seconds(path, property.Value) },
                "namespace" => cache with { Namespace = Text(path, property.Value) },
                "use-cache" => Flag(path, property.Value) ? cache : cache with { NoCache = true },
                _ => throw Refused(
                    path,
                    "is unknown: there are ttl, s-maxage, no-cache, no-store, namespace and use-cache."
                ),
            };
        }

        return cache;
    }

    private static Dictionary<string, string> Map(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Refused(name, "must be an object of strings.");
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            map[property.Name] = Text($"{name}.{property.Name}", property.Value);
        }

        return map;
    }

    private static string[] Texts(string name, JsonElement value, Func<string, JsonElement, string>? read = null)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxTags)
        {
            throw Refused(name, $"must be a list of at most {MaxTags} strings.");
        }

        return [.. value.EnumerateArray().Select((item, i) => (read ?? Text)($"{name}[{i}]", item))];
    }

    // As LiteLLM has a fallback: a name, or an object, which may change the rest of the request there.
    private static string Model(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Text(name, value);
        }

        foreach (var property in value.EnumerateObject().Where(p => p.Name != "model"))
        {
            throw Refused(
                $"{name}.{property.Name}",
                "is not supported: a fallback is a model's name, or {\"model\": name}."
            );
        }

        return Text($"{name}.model", value.TryGetProperty("model", out var model) ? model : default);
    }

    private static string Text(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Refused(name, "must be a string.");

    private static bool Flag(string name, JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Refused(name, "must be true or false.");

    private static int Whole(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 0 and <= MaxRetries
            ? number
            : throw Refused(name, $"must be a whole number from 0 to {MaxRetries}.");

    private static TimeSpan Seconds(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds)
        && seconds is > 0 and <= MaxSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw Refused(name, $"must be a number of seconds above 0, and at most {MaxSeconds}.");

    private static LlmException Refused(string name, string why) =>
        LlmException.Create(
            LlmErrorKind.BadRequest,
            $"The field '{SafeText.Line(name)}' {why}",
            new ErrorFacts(Code: "invalid_request", Param: SafeText.Line(name))
        );
}
