using System.Globalization;
using System.Text;
using Callgate.Calls;
using Callgate.Formats;
using Callgate.Gateway.Keys;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>The headers around an answer: LiteLLM's, the provider's under a prefix, and those that hooks add.</summary>
internal static class ResponseHeaders
{
    private const string Debug = "x-callgate-debug";

    private static readonly string s_version =
        typeof(ResponseHeaders).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    // Of either kind a name is looked at once.
    private static readonly NameTable<bool> s_allowed = new(IsAllowed);

    private static readonly NameTable<(string? RateLimit, string Prefixed)> s_providers = new(name =>
        (RateLimitOf(name), $"llm_provider-{name}")
    );

    // Without its query, which is nobody's business.
    private static readonly NameTable<string> s_addresses = new(a => Safe(PayloadParts.Address(a) ?? ""));

    public static void Write(HttpContext http, Call call, LlmResponse? response)
    {
        var headers = http.Response.Headers;
        headers["x-litellm-call-id"] = call.Id;
        // Under the name that the endpoint's own SDKs show in their errors.
        headers[call.Gateway!.Format is MessagesFormat ? "request-id" : "x-request-id"] = call.Id;
        headers["x-litellm-version"] = s_version;
        headers["x-litellm-model-group"] = Safe(call.Attempt?.ModelGroup ?? call.ModelGroup);
        if (call.Attempt is { } attempt)
        {
            headers["x-litellm-model-id"] = Safe(attempt.Target.Deployment.Id);
            headers["x-litellm-model-api-base"] = s_addresses[attempt.Target.ApiBase];
            headers["x-litellm-model-name"] = Safe(attempt.Target.Model);
            headers["x-litellm-attempted-retries"] = Number(Retries(call));
            headers["x-litellm-attempted-fallbacks"] = Number(attempt.FallbackDepth);
            WriteProviders(headers, attempt.ResponseHeaders);
        }

        if (response?.HiddenParams.ResponseCost is { } cost)
        {
            var usd = Number(cost);
            headers["x-litellm-response-cost"] = usd;
            // Before discounts, of which there are none here; some clients read this one alone.
            headers["x-litellm-response-cost-original"] = usd;
            if (call.Cost?.Breakdown is { } parts)
            {
                // As in the event's cost breakdown.
                headers["x-litellm-response-cost-input"] = Number(parts.Input + parts.CacheRead + parts.CacheCreation);
                headers["x-litellm-response-cost-output"] = Number(parts.Output + parts.Reasoning);
            }
        }

        if (call.Options.Timeout is { } timeout)
        {
            headers["x-litellm-timeout"] = timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }

        if (call.CacheKey is { } cacheKey && call.Attempt is null)
        {
            headers["x-litellm-cache-key"] = Safe(cacheKey);
        }

        if (call.Gateway!.Key is VirtualKey { Token: not null } key)
        {
            headers["x-litellm-key-spend"] = Number(key.Spend);
        }

        WriteTimes(headers, call);
        if (http.Request.Headers.ContainsKey(Debug))
        {
            headers["x-callgate-hooks"] = Describe(call);
        }

        foreach (var (name, value) in call.Gateway.ResponseHeaders)
        {
            if (IsAllowed(name, value))
            {
                headers[name] = value;
            }
        }
    }

    private static void WriteTimes(IHeaderDictionary headers, Call call)
    {
        var total = call.Runtime.Time.GetUtcNow() - call.StartTime;
        var provider = TimeSpan.Zero;
        foreach (var attempt in call.Attempts)
        {
            provider += (attempt.FirstAnswerTime ?? attempt.EndTime ?? attempt.StartTime) - attempt.StartTime;
        }

        var hooks = TimeSpan.Zero;
        foreach (var run in call.HookRuns)
        {
            hooks += run.Duration;
        }

        headers["x-litellm-response-duration-ms"] = Milliseconds(total);
        headers["x-litellm-overhead-duration-ms"] = Milliseconds(total - provider);
        if (hooks > TimeSpan.Zero)
        {
            headers["x-litellm-callback-duration-ms"] = Milliseconds(hooks);
        }
    }

    private static void WriteProviders(IHeaderDictionary headers, IReadOnlyDictionary<string, string> given)
    {
        foreach (var (name, value) in given)
        {
            if (!IsAllowed(name, value))
            {
                continue;
            }

            var (rateLimit, prefixed) = s_providers[name];
            if (rateLimit is not null)
            {
                headers[rateLimit] = value;
            }

            headers[prefixed] = value;
        }
    }

    /// <summary>OpenAI's name of a header that tells of the provider's limits; Anthropic's among them, as LiteLLM has it.</summary>
    private static string? RateLimitOf(string name)
    {
        const string anthropics = "anthropic-ratelimit-";
        if (name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase))
        {
            return name;
        }

        return
            name.StartsWith(anthropics, StringComparison.OrdinalIgnoreCase)
            && name[anthropics.Length..].ToLowerInvariant().Split('-')
                is [("requests" or "tokens") and var what, ("limit" or "remaining") and var kind]
            ? $"x-ratelimit-{kind}-{what}"
            : null;
    }

    private static string Describe(Call call)
    {
        var text = new StringBuilder();
        foreach (var run in call.HookRuns)
        {
            text.Append(text.Length > 0 ? ", " : "")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"{run.Hook};{Safe(run.Handler)};{run.Decision};{run.Duration.TotalMilliseconds:0.###}ms"
                );
        }

        return text.ToString();
    }

    /// <summary>What would break the framing, or the header block, is not for hooks to say.</summary>
    private static bool IsAllowed(string name, string value) =>
        s_allowed[name] && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool IsAllowed(string name) =>
        name.Length > 0
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && !name.Equals("content-length", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("content-encoding", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("connection", StringComparison.OrdinalIgnoreCase);

    /// <summary>A header's value: plain text in one line.</summary>
    private static string Safe(string value) =>
        value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? string.Concat(value.Select(c => c is >= ' ' and <= '~' ? c : '?'))
            : value;

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static int Retries(Call call)
    {
        var count = 0;
        foreach (var attempt in call.Attempts)
        {
            count += attempt.Reason == "retry" ? 1 : 0;
        }

        return count;
    }

    /// <summary>Milliseconds with at most three digits after the point, by whole numbers: floating point is slow to write.</summary>
    private static string Milliseconds(TimeSpan time)
    {
        var microseconds = Math.Max(0, (time.Ticks + 5) / TimeSpan.TicksPerMicrosecond);
        var (whole, part) = Math.DivRem(microseconds, 1000);
        Span<char> text = stackalloc char[24];
        whole.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        if (part > 0)
        {
            text[length++] = '.';
            part.TryFormat(text[length..], out var digits, "000", CultureInfo.InvariantCulture);
            length = text[..(length + digits)].TrimEnd('0').Length;
        }

        return new string(text[..length]);
    }
}
