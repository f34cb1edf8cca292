using System.Buffers;
using System.Collections.Frozen;
using Callgate.Gateway.Configuration;
using Callgate.Gateway.UserCode;

namespace Callgate.Gateway.HttpHooks;

/// <summary>An entry of <c>callback_settings</c> whose <c>callback_type</c> is <c>http_hook</c>.</summary>
internal sealed class HttpHookSettings
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);
    private static readonly SearchValues<char> s_headerName = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    );

    /// <summary>The names that <c>hooks</c> takes.</summary>
    public static FrozenDictionary<string, Hooks> KnownHooks { get; } =
        new Dictionary<string, Hooks>(StringComparer.Ordinal)
        {
            ["pre_call"] = Callgate.Hooks.PreCallHookAsync,
            ["pre_request"] = Callgate.Hooks.PreRequestHookAsync,
            ["moderation"] = Callgate.Hooks.ModerationHookAsync,
            ["post_call_success"] = Callgate.Hooks.PostCallSuccessHookAsync,
            ["post_call_streaming"] = Callgate.Hooks.PostCallStreamingHookAsync,
            ["post_call_failure"] = Callgate.Hooks.PostCallFailureHookAsync,
            ["response_headers"] = Callgate.Hooks.PostCallResponseHeadersHookAsync,
            ["success_event"] = Callgate.Hooks.LogSuccessEventAsync,
            ["failure_event"] = Callgate.Hooks.LogFailureEventAsync,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The entry's name.</summary>
    public required string Name { get; init; }

    /// <summary>The service's address: absolute, http or https.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The hooks that the service wants; see <see cref="KnownHooks"/>.</summary>
    public required IReadOnlyList<string> Hooks { get; init; }

    /// <summary>How long one request may take, the reply included. Above zero, at most an hour. Default 5 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What happens where the service gives no usable reply.</summary>
    public OnHookFailure OnFailure { get; init; }

    /// <summary>Headers of each request. Their values may be secrets.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>What requests are signed with; null: they aren't.</summary>
    public string? Secret { get; init; }

    /// <summary>How the handler is to be registered.</summary>
    public CallbackOptions ToCallbackOptions() =>
        new()
        {
            Name = Name,
            OnFailure = OnFailure,
            // The request's own limit comes first: it can say more.
            Deadline = Timeout + TimeSpan.FromSeconds(1),
        };

    /// <summary>The hooks that nobody would call by the lists that name the callback: those for one kind of event.</summary>
    public IEnumerable<string> Uncalled(CallbackEvents events) =>
        events == CallbackEvents.All
            ? []
            : Hooks.Where(h =>
                !(
                    h == "success_event" && events.HasFlag(CallbackEvents.Success)
                    || h == "failure_event" && events.HasFlag(CallbackEvents.Failure)
                )
            );

    /// <summary>What is wrong, each with the key that it stands at. Holds no secret.</summary>
    public IEnumerable<(string Key, string Message)> Problems()
    {
        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            yield return At("endpoint", "must be an absolute http or https address");
        }
        else if (endpoint.UserInfo.Length > 0)
        {
            yield return At("endpoint", "must not hold a user or password; send them in 'headers'");
        }

        if (Hooks.Count == 0)
        {
            yield return At("hooks", $"names no hook, so the service is never called. There are: {Names}");
        }

        foreach (var hook in Hooks.Where(h => !KnownHooks.ContainsKey(h)))
        {
            yield return At("hooks", $"'{hook}' is no hook. There are: {Names}");
        }

        if (Timeout <= TimeSpan.Zero || Timeout > s_longest)
        {
            yield return At("timeout", "must be above zero, and at most an hour");
        }

        foreach (var (name, value) in Headers)
        {
            if (
                name.Length == 0
                || name.AsSpan().ContainsAnyExcept(s_headerName)
                || value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            )
            {
                yield return At(
                    $"headers.{name}",
                    "its name or its value is none that a header can have: a value is plain ASCII text in one line"
                );
            }
            else if (IsOurs(name))
            {
                yield return At($"headers.{name}", "is set by Callgate itself");
            }
        }

        if (Secret is not null && string.IsNullOrWhiteSpace(Secret))
        {
            yield return At("secret", "is empty, so anybody could sign with it");
        }

        (string, string) At(string key, string message) => ($"callback_settings.{Name}.{key}", message);
    }

    /// <exception cref="CallbackLoadException">Something is wrong; the message says it all.</exception>
    public void ThrowIfWrong()
    {
        var problems = Problems().Select(p => $"{p.Key}: {p.Message}").ToList();
        if (problems.Count > 0)
        {
            throw new CallbackLoadException(string.Join('\n', problems));
        }
    }

    private static string Names => string.Join(", ", KnownHooks.Keys.Order(StringComparer.Ordinal));

    private static bool IsOurs(string header) =>
        header.StartsWith("x-callgate-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("host", StringComparison.OrdinalIgnoreCase)
        || header.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("content-", StringComparison.OrdinalIgnoreCase);
}
