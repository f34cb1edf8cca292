using System.Globalization;
using System.Text;
using System.Text.Json;
using Callgate.Formats;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>Reads LiteLLM's request headers into the options of a call.</summary>
internal static class RequestHeaderOptions
{
    private const string Prefix = "x-litellm-";
    private const int LongestId = 200;
    private const int MaxRetries = 10;

    /// <exception cref="LlmBadRequestException">A header is not what it should be.</exception>
    public static CallOptions Read(IHeaderDictionary headers, CallOptions options)
    {
        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && values is [{ Length: > 0 } value])
            {
                options = Read(name, name[Prefix.Length..].ToLowerInvariant(), value, options);
            }
        }

        return options;
    }

    private static CallOptions Read(string header, string name, string value, CallOptions options) =>
        name switch
        {
            "tags" => options with
            {
                Tags =
                [
                    .. options.Tags,
                    .. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                ],
            },
            "timeout" => options with { Timeout = Seconds(header, value) },
            "stream-timeout" => options with { StreamTimeout = Seconds(header, value) },
            "num-retries" => options with { NumRetries = Retries(header, value) },
            "spend-logs-metadata" => With(options, "spend_logs_metadata", Json(header, value)),
            // Kept beside our own, which alone names the event.
            "call-id" => With(options, "client_call_id", Id(header, value)),
            "trace-id" => options with { TraceId = Id(header, value) },
            "session-id" => options with { SessionId = Id(header, value) },
            _ => options,
        };

    private static CallOptions With(CallOptions options, string name, object value) =>
        options with
        {
            Metadata = CallMetadata.With(options.Metadata, new Dictionary<string, object?> { [name] = value }),
        };

    public static string Id(string header, string value) =>
        value.Length <= LongestId && !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? value
            : throw Refused(header, $"must be plain text of at most {LongestId} characters.");

    private static TimeSpan Seconds(string header, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and <= 86400
            ? TimeSpan.FromSeconds(seconds)
            : throw Refused(header, "must be a number of seconds above 0, and at most 86400.");

    private static int Retries(string header, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaxRetries
            ? count
            : throw Refused(header, $"must be a whole number from 0 to {MaxRetries}.");

    private static JsonElement Json(string header, string value)
    {
        try
        {
            return
                EscapedText.IsUnicode(Encoding.UTF8.GetBytes(value))
                && JsonElement.Parse(value) is { ValueKind: JsonValueKind.Object } json
                ? json
                : throw Refused(header, "must be a JSON object.");
        }
        catch (JsonException)
        {
            throw Refused(header, "must be a JSON object.");
        }
    }

    private static LlmException Refused(string header, string why) =>
        Refusals.BadRequest($"The header '{header.ToLowerInvariant()}' {why}");
}
