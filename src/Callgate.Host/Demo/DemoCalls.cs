using Callgate.Wire;

namespace Callgate.Host.Demo;

/// <summary>The demo's calls: every way to make one, and every way it can end.</summary>
internal sealed class DemoCalls(LlmClient client)
{
    /// <summary>A model group whose only deployment is down.</summary>
    public const string Group = "smart";

    // The provider is on this machine: a proxy that is set for the world outside could not reach it.
    private static readonly SocketsHttpHandler s_direct = new() { UseProxy = false };

    private int _rounds;

    public static LlmClientOptions Options(string address, CustomLogger handler) =>
        new()
        {
            Callbacks = [handler],
            ApiBases = { ["openai"] = $"{address}/v1", ["anthropic"] = address },
            ApiKeys = { ["openai"] = "demo-key", ["anthropic"] = "demo-key" },
            Deployments =
            {
                new Deployment
                {
                    ModelName = Group,
                    Model = "openai/gpt-4.1",
                    Headers = Trouble(DemoReplies.Down),
                },
            },
            Fallbacks = { [Group] = ["claude-sonnet-4-5"] },
            Cache = new InMemoryCallCache(),
            HttpMessageHandler = s_direct,
            RetryDelay = TimeSpan.FromMilliseconds(100),
        };

    /// <summary>One round of calls, each with its heading.</summary>
    public IEnumerable<(string Heading, Func<CancellationToken, Task> Run)> Round()
    {
        var round = ++_rounds;
        // Each round asks something else, so that only the call that is to hit the cache does.
        Message[] hello = [Message.User($"Hello for the {Ordinal(round)} time!")];
        Message[] brief = [Message.System("Be brief."), Message.User($"Why is the sky blue? ({round})")];
        string[] texts = [$"Good morning, {round}", "Good night"];

        yield return ("gpt-4o, sync", t => Do(() => client.Complete("gpt-4o", hello, Named("sync"), t)));
        yield return ("gpt-5-mini, async", t => client.CompleteAsync("gpt-5-mini", hello, Named("async"), t));
        yield return ("gpt-4o-mini, streamed", t => ReadAsync("gpt-4o-mini", brief, "stream", t));
        yield return ("gpt-4.1-mini, streamed, sync", t => Do(() => Read("gpt-4.1-mini", brief, t)));
        yield return (
            "claude-sonnet-4-5, async: Anthropic's own format",
            t => client.CompleteAsync("claude-sonnet-4-5", brief, Named("async"), t)
        );
        yield return ("claude-haiku-4-5, streamed", t => ReadAsync("claude-haiku-4-5", brief, "stream", t));
        yield return (
            "text-embedding-3-small, sync",
            t => Do(() => client.Embed("text-embedding-3-small", texts, Named("embed, sync"), t))
        );
        yield return (
            "text-embedding-3-large, async",
            t => client.EmbedAsync("text-embedding-3-large", texts, Named("embed"), t)
        );
        yield return (
            "gpt-4o, which is busy at first: a retry",
            t => client.CompleteAsync("gpt-4o", brief, Named("retry", $"{DemoReplies.BusyOnce}{round}"), t)
        );
        yield return (
            $"{Group}, whose gpt-4.1 is down: a fallback",
            t => client.CompleteAsync(Group, hello, Named("fallback") with { NumRetries = 0 }, t)
        );
        yield return (
            "gpt-5-mini, asked before: the cache answers",
            t => client.CompleteAsync("gpt-5-mini", hello, Named("cache"), t)
        );
        yield return ("gpt-4o, with a wrong key: a failure", t => FailAsync(hello, t));
        yield return ("gpt-4o, streamed, and broken off after 3 chunks", t => BreakOffAsync(brief, t));
    }

    private async Task ReadAsync(string model, Message[] messages, string what, CancellationToken cancellationToken)
    {
        await foreach (var _ in client.CompleteStreamingAsync(model, messages, Named(what), cancellationToken)) { }
    }

    private int Read(string model, Message[] messages, CancellationToken cancellationToken) =>
        client.CompleteStreaming(model, messages, Named("stream, sync"), cancellationToken).Count();

    private async Task FailAsync(Message[] messages, CancellationToken cancellationToken)
    {
        try
        {
            var options = Named("failure", DemoReplies.WrongKey);
            await client.CompleteAsync(
                "gpt-4o",
                messages,
                options with
                {
                    Cache = new CacheControl { NoCache = true },
                },
                cancellationToken
            );
        }
        catch (LlmAuthenticationException)
        {
            // What the caller gets; the handler has told the rest.
        }
    }

    private async Task BreakOffAsync(Message[] messages, CancellationToken cancellationToken)
    {
        var options = Named("broken off", DemoReplies.Endless) with { Cache = new CacheControl { NoCache = true } };
        var chunks = 0;
        await foreach (var _ in client.CompleteStreamingAsync("gpt-4o", messages, options, cancellationToken))
        {
            if (++chunks == 3)
            {
                break;
            }
        }
    }

    private static Task Do<T>(Func<T> call) => Task.Run(call);

    private static CallOptions Named(string what, string? trouble = null) =>
        new()
        {
            Metadata = new Dictionary<string, object?> { [DemoLogger.What] = what },
            Headers = trouble is null ? new Dictionary<string, string>() : Trouble(trouble),
        };

    private static Dictionary<string, string> Trouble(string which) => new() { [DemoReplies.Header] = which };

    private static string Ordinal(int number) =>
        (number % 100) is 11 or 12 or 13
            ? $"{number}th"
            : (number % 10) switch
            {
                1 => $"{number}st",
                2 => $"{number}nd",
                3 => $"{number}rd",
                _ => $"{number}th",
            };
}
