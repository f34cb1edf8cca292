using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Callgate.Caching;
using Callgate.Calls;
using Callgate.Testing;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>A gateway in front of a scripted provider, and the cells that share it.</summary>
internal sealed partial class Stage
{
    public const string Answer = "One two three four five six seven.";

    // Longer than any machine takes: what hangs becomes a failure with a name.
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);
    private static readonly ConcurrentDictionary<(Setup, Watch), Lazy<Task<IReadOnlyDictionary<string, Run>>>> s_runs =
        new();

    private readonly Setup _setup;
    private readonly List<Cell> _cells;
    private readonly Counter _counter;
    private readonly ManualTimeProvider _clock = new();
    private readonly ConcurrentDictionary<string, Asked> _asked = new();
    private GatewayHost _gateway = null!;
    private HttpClient _client = null!;
    private HttpClient _narrow = null!;

    private Stage(Setup setup, Watch watch)
    {
        _setup = setup;
        _counter = new Counter(watch == Watch.AllHooks ? Counter.All : Counter.Observers);
        _cells = [.. Cell.All.Where(c => c.Scenario.Setup == setup && c.Watch == watch)];
    }

    /// <summary>The run of a cell: made with all that share its gateway, once.</summary>
    public static async Task<Run> RunAsync(Cell cell) =>
        (
            await s_runs
                .GetOrAdd(
                    (cell.Scenario.Setup, cell.Watch),
                    key => new(() => new Stage(key.Item1, key.Item2).RunAllAsync())
                )
                .Value
        )[cell.Name];

    private static string Models() =>
        $"""
            model_list:
            {string.Join('\n', new[] { "", "-spare", "-drained" }.Select(Models))}
            litellm_settings:
              num_retries: 0
            """;

    private static string Models(string suffix) =>
        $$"""
              - model_name: gpt{{suffix}}
                litellm_params: {model: openai/gpt-4o-mini, api_base: PROVIDER/v1, api_key: sk-provider-openai}
              - model_name: native{{suffix}}
                litellm_params: {model: openai/gpt-4o-mini, api_base: PROVIDER/v1, api_key: sk-provider-openai, use_chat_completions_api: false}
              - model_name: claude{{suffix}}
                litellm_params: {model: anthropic/claude-sonnet-4-5, api_base: PROVIDER, api_key: sk-provider-anthropic}
              - model_name: embed{{suffix}}
                litellm_params: {model: openai/text-embedding-3-small, api_base: PROVIDER/v1, api_key: sk-provider-openai}
            """;

    private async Task<IReadOnlyDictionary<string, Run>> RunAllAsync()
    {
        await using var gateway = _gateway = await GatewayHost.StartAsync(
            Models(),
            o => o.ConfigureClient = Configure,
            _counter,
            new Steerer(_setup, id => AskedOf(id).First.Task)
        );
        gateway.Provider.DefaultReply = FakeReply.Mock(new MockOptions { Response = Answer });
        gateway.Provider.Respond = Respond;
        var key = await gateway.NewKeyAsync("""{"key_alias":"wide","user_id":"ada","team_id":"core"}""");
        var narrow = await gateway.NewKeyAsync(
            """{"key_alias":"narrow","user_id":"ada","team_id":"core","models":["other"]}"""
        );
        using var client = _client = gateway.NewClient(key);
        using var narrowed = _narrow = gateway.NewClient(narrow);

        var replies = _cells.ConvertAll(SendAsync);
        if (_setup is Setup.Stopped or Setup.TimesOut)
        {
            await Task.WhenAll(_cells.Select(c => AskedOf(c.Mark).First.Task)).WaitAsync(s_hang);
            // It runs beside the attempt, and may come after the provider has been asked.
            await Eventually
                .IsTrueAsync(() => gateway.Client.Runtime.OpenCalls.ToList().All(IsModerated))
                .WaitAsync(s_hang);
            if (_setup == Setup.Stopped)
            {
                await gateway.Server.DisposeAsync();
            }
            else
            {
                _clock.Advance(TimeSpan.FromHours(1));
            }
        }

        await Task.WhenAll(replies).WaitAsync(s_hang);
        await EventsAsync(_cells.Count + _cells.Count(c => c.Scenario.IsPrimed));
        var byCall = _counter.ByCall;
        Dictionary<string, Run> runs = [];
        foreach (var (cell, replied) in _cells.Zip(replies))
        {
            var (reply, isUpstreamClosed) = await replied;
            // Whoever has left has no id, but gave one.
            var id =
                reply.CallId
                ?? byCall.FirstOrDefault(c => c.Any(f => f.Call is { } call && IdOf(call) == cell.Mark))?.Key
                ?? "";
            runs.Add(
                cell.Name,
                new Run
                {
                    Cell = cell,
                    Reply = reply,
                    Fired = [.. byCall[id]],
                    Requests = AskedOf(cell.Mark).Count - (cell.Scenario.IsPrimed ? 1 : 0),
                    IsUpstreamClosed = isUpstreamClosed,
                    KeyHash = Convert.ToHexStringLower(
                        SHA256.HashData(Encoding.UTF8.GetBytes(cell.Scenario.IsKeyNarrow ? narrow : key))
                    ),
                }
            );
        }

        return runs;
    }

    private static bool IsModerated(Call call) =>
        !call.Callbacks.Has(Hooks.ModerationHookAsync)
        || call.HookRuns.Any(r => r.Hook == nameof(CustomLogger.ModerationHookAsync));

    private void Configure(LlmClientOptions options)
    {
        options.RetryDelay = TimeSpan.FromMilliseconds(1);
        options.TimeProvider = _setup == Setup.TimesOut ? _clock : TimeProvider.System;
        options.Cache = _setup == Setup.Cached ? new InMemoryCallCache(timeProvider: TimeProvider.System) : null;
        for (var i = 0; i < options.Deployments.Count; i++)
        {
            if (options.Deployments[i].ModelName.EndsWith("-drained", StringComparison.Ordinal))
            {
                options.Deployments[i] = options.Deployments[i] with { OnClientGone = OnClientGone.Drain };
            }
        }
    }

    private FakeReply? Respond(RecordedRequest request)
    {
        var mark = Mark().Match(request.BodyText).Value;
        var asked = AskedOf(mark);
        var number = asked.Increment();
        asked.First.TrySetResult(request);
        return _cells.Find(c => c.Mark == mark)?.Scenario.Replies.ElementAtOrDefault(number - 1);
    }

    private Asked AskedOf(string mark) => _asked.GetOrAdd(mark, _ => new Asked());

    private static string? IdOf(CallDetails call) =>
        call.Metadata.TryGetValue("client_call_id", out var id) ? (string?)id : null;

    private async Task<(Reply, bool IsUpstreamClosed)> SendAsync(Cell cell)
    {
        await Task.Yield();
        if (cell.Scenario.IsPrimed)
        {
            using var first = RequestOf(cell, id: null);
            using var answer = await _client.SendAsync(first);
            await answer.Content.ReadAsStringAsync();
        }

        using var request = RequestOf(cell, cell.Mark);
        if (cell.Scenario.Leaving != Leaving.Never)
        {
            return (await LeaveAsync(cell, request), await IsClosedAsync(cell));
        }

        try
        {
            using var response = await (cell.Scenario.IsKeyNarrow ? _narrow : _client).SendAsync(request);
            var reply = new Reply(
                (int)response.StatusCode,
                response.Headers.GetValues("x-litellm-call-id").Single(),
                await response.Content.ReadAsStringAsync()
            );
            return (reply, _setup is Setup.RefusesBeside && await IsClosedAsync(cell));
        }
        catch (HttpRequestException) when (_setup == Setup.Stopped)
        {
            return (default, true);
        }
    }

    private static HttpRequestMessage RequestOf(Cell cell, string? id)
    {
        var (operation, scenario) = (cell.Operation, cell.Scenario);
        var body = ClientWire.Ask(
            operation.Route,
            scenario.Model(operation.Model),
            operation.Stream,
            $"Hello {cell.Mark}",
            scenario.Extra(operation.Model)
        );
        var request = new HttpRequestMessage(HttpMethod.Post, operation.Route.Patterns[0])
        {
            Content = new StringContent(scenario.IsBodyBroken ? body[..^2] : body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in scenario.Headers)
        {
            request.Headers.Add(name, value);
        }

        if (id is not null)
        {
            request.Headers.Add("x-litellm-call-id", id);
        }

        return request;
    }

    private async Task<Reply> LeaveAsync(Cell cell, HttpRequestMessage request)
    {
        using var leaving = new CancellationTokenSource();
        var pending = _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        var asked = await AskedOf(cell.Mark).First.Task.WaitAsync(s_hang);
        if (cell.Scenario.Leaving == Leaving.Before)
        {
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
            return default;
        }

        string id;
        using (var response = await pending)
        {
            id = response.Headers.GetValues("x-litellm-call-id").Single();
            await using var body = await response.Content.ReadAsStreamAsync(CancellationToken.None);
            _ = await body.ReadAtLeastAsync(new byte[16], 16);
            await asked.Stalled.WaitAsync(s_hang);
        }

        if (cell.Scenario.Leaving == Leaving.HalfAndOn)
        {
            await UntilAsync(() =>
                _gateway.Client.Runtime.OpenCalls.ToList().Exists(c => c.Id == id && c.Gateway!.HasClientLeft)
            );
            asked.Release();
        }

        return new Reply(null, id, "");
    }

    /// <summary>Whether the provider saw the gateway leave; false: its reply ended before.</summary>
    private async Task<bool> IsClosedAsync(Cell cell)
    {
        var request = await AskedOf(cell.Mark).First.Task.WaitAsync(s_hang);
        try
        {
            await request.Aborted.WaitAsync(s_hang);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // A call whose client has left ends on its own; what is late, and what is too much, is in the verdict.
    private async Task EventsAsync(int count)
    {
        await UntilAsync(() => _gateway.Events.All.Count >= count);
        if (_setup != Setup.Stopped)
        {
            await _gateway.Client.FlushAsync(s_hang);
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var hang = new CancellationTokenSource(s_hang);
        while (!holds() && !hang.IsCancellationRequested)
        {
            await Task.Delay(s_look, CancellationToken.None);
        }
    }

    [GeneratedRegex(@"cell-\d+\.")]
    private static partial Regex Mark();

    /// <summary>What the provider was asked of one cell.</summary>
    private sealed class Asked
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public TaskCompletionSource<RecordedRequest> First { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Increment() => Interlocked.Increment(ref _count);
    }
}
