using System.Text;
using Callgate.Testing;

namespace Callgate.Gateway.Tests.Hostile;

/// <summary>Why a request is refused, how it is made, and what is to become of it.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Status">The status that tells of it.</param>
internal sealed record Reason(string Name, int Status)
{
    public const string Expired = "EXPIRED";
    public const string Blocked = "BLOCKED";
    public const string Good = "GOOD";

    /// <summary>The presented key: one of those above, or as it stands.</summary>
    public string? Key { get; init; } = Good;

    /// <summary>Whether nobody is let in, so that later ones of the kind are told together.</summary>
    public bool IsCounted { get; init; }

    /// <summary>Another model than the endpoint's.</summary>
    public string? Model { get; init; }

    /// <summary>Spoils the good body.</summary>
    public Func<string, string> Spoil { get; init; } = body => body;

    public string ContentType { get; init; } = "application/json";

    /// <summary>What the provider says, where it comes to that.</summary>
    public FakeReply? Reply { get; init; }

    public CustomLogger[] Callbacks { get; init; } = [];

    public CallOutcome Outcome { get; init; } = CallOutcome.Rejected;

    /// <summary>Part of what the client is told.</summary>
    public required string Says { get; init; }

    public static IReadOnlyList<Reason> All { get; } =
    [
        new("no key", 401)
        {
            Key = null,
            IsCounted = true,
            Says = "No api key passed in",
        },
        new("an unknown key", 401)
        {
            Key = "sk-nobody-knows-this-one",
            IsCounted = true,
            Says = "sk-...-one",
        },
        new("an expired key", 401)
        {
            Key = Expired,
            IsCounted = true,
            Says = "Expired Key",
        },
        new("a blocked key", 401)
        {
            Key = Blocked,
            IsCounted = true,
            Says = "blocked",
        },
        new("a model that the key may not call", 403) { Model = "claude", Says = "key not allowed to access model" },
        new("an unknown model", 404) { Model = "toString", Says = "There is no model 'toString'" },
        new("a long name of a model", 400) { Model = new string('m', 513), Says = "longer than 512 characters" },
        new("a long body", 413) { Spoil = b => $"{b[..^1]},\"x\":\"{new string('x', 5000)}\"}}", Says = "4096 bytes" },
        new("a form", 415) { ContentType = "application/x-www-form-urlencoded", Says = "application/json" },
        new("another charset", 415) { ContentType = "application/json; charset=utf-16", Says = "UTF-8" },
        new("no JSON", 400) { Spoil = b => b[..^2], Says = "no valid JSON" },
        new("an empty body", 400) { Spoil = _ => "", Says = "JSON" },
        new("a list", 400) { Spoil = b => $"[{b}]", Says = "must be a JSON object" },
        new("two objects", 400) { Spoil = b => b + b, Says = "JSON" },
        new("a field that stands twice", 400)
        {
            Spoil = b => $"{b[..^1]},\"n\":1,\"\\u006e\":2}}",
            Says = "The field 'n' stands twice",
        },
        new("an object that names a field twice", 400)
        {
            Spoil = b => $"{b[..^1]},\"x\":[{{\"a\":1,\"\\u0061\":2}}]}}",
            Says = "an object names a field twice",
        },
        new("deep nesting", 400)
        {
            Spoil = b => $"{b[..^1]},\"x\":{new string('[', 1000)}{new string(']', 1000)}}}",
            Says = "no valid JSON",
        },
        new("half a character", 400) { Spoil = b => $"{b[..^1]},\"user\":\"\\ud83d\"}}", Says = "surrogate" },
        new("a setting of ours that is wrong", 400)
        {
            Spoil = b => $"{b[..^1]},\"timeout\":\"soon\"}}",
            Says = "'timeout'",
        },
        new("another address", 400)
        {
            Spoil = b => $"{b[..^1]},\"api_base\":\"http://169.254.169.254/\"}}",
            Says = "'api_base' may not be sent by clients",
        },
        new("another key", 400)
        {
            Spoil = b => $"{b[..^1]},\"api_key\":\"sk-of-the-client\"}}",
            Says = "'api_key' may not be sent by clients",
        },
        new("another fallback", 403)
        {
            Spoil = b => $"{b[..^1]},\"fallbacks\":[\"claude\"]}}",
            Says = "key not allowed to access model",
        },
        new("a fallback that changes the request", 400)
        {
            Spoil = b => $"{b[..^1]},\"fallbacks\":[{{\"model\":\"gpt\",\"messages\":[]}}]}}",
            Says = "'fallbacks[0].messages'",
        },
        new("a check of the answer that nobody makes", 400)
        {
            Spoil = b => $"{b[..^1]},\"enable_json_schema_validation\":true}}",
            Says = "'enable_json_schema_validation' is LiteLLM's, and not supported here",
        },
        new("a field of LiteLLM's that nobody reads", 400)
        {
            Spoil = b => $"{b[..^1]},\"litellm_credential_name\":\"other\"}}",
            Says = "'litellm_credential_name' is LiteLLM's, and not supported here",
        },
        new("a hook", 451) { Callbacks = [new Refuser()], Says = "Not on a Sunday." },
        new("no deployment", 503) { Callbacks = [new NoDeployment()], Says = "No deployment is left" },
        new("the provider's limit", 429)
        {
            Reply = FakeReply.Error(429),
            Outcome = CallOutcome.UpstreamFailed,
            Says = "",
        },
        new("the provider's refusal of our key", 401)
        {
            Reply = FakeReply.Error(401),
            Outcome = CallOutcome.UpstreamFailed,
            Says = "",
        },
    ];

    public override string ToString() => Name;

    private sealed class Refuser : CustomLogger
    {
        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        ) => Reject(451, "Not on a Sunday.");
    }

    private sealed class NoDeployment : CustomLogger
    {
        public override ValueTask<IReadOnlyList<Deployment>> FilterDeploymentsAsync(
            FilterDeploymentsContext context,
            CancellationToken cancellationToken
        ) => new([]);
    }
}
