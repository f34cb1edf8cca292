using Callgate.Caching;
using Callgate.Conformance.Entries;
using Callgate.Conformance.Handlers;
using Callgate.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Callgate.Conformance;

/// <summary>What one run of a scenario takes: a provider, a clock, a client with its recorders.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private Stage(FakeProvider provider, Cell cell)
    {
        Provider = provider;
        Cell = cell;
        var shape = cell.Operation.Shape;
        var scenario = cell.Scenario;
        Options = NewOptions(provider);
        Options.TimeProvider = Clock;
        scenario.Arrange(Options, shape);
        if (scenario.IsCached)
        {
            Options.Cache = new InMemoryCallCache();
        }

        All.Reruns = scenario.Reruns;
        Client = new LlmClient(Options) { Callbacks = [All, Sync, Async] };
        Functions.AddTo(Client);
        if (scenario.RefusedAt is { } hook)
        {
            Client.Callbacks.Add(
                shape == Shape.ChatStream && hook == nameof(CustomLogger.PostCallSuccessDeploymentHookAsync)
                    ? new Refuser(nameof(CustomLogger.PostCallStreamingDeploymentHookAsync), scenario.RefusedChunk)
                    : new Refuser(hook)
            );
        }
    }

    public FakeProvider Provider { get; }
    public Cell Cell { get; }
    public LlmClient Client { get; }
    public LlmClientOptions Options { get; }
    public ManualTimeProvider Clock { get; } = new();
    public CancellationTokenSource Caller { get; } = new();
    public AllHooks All { get; } = new();
    public SyncObservers Sync { get; } = new();
    public AsyncObservers Async { get; } = new();
    public Functions Functions { get; } = new();

    public string Model => ModelOf(Cell.Operation.Shape);

    public static string ModelOf(Shape shape) =>
        shape == Shape.Embedding ? "openai/text-embedding-3-small" : "openai/gpt-4o-mini";

    public static string OtherModelOf(Shape shape) =>
        shape == Shape.Embedding ? "openai/text-embedding-3-large" : "openai/gpt-4o";

    public static string ThirdModelOf(Shape shape) =>
        shape == Shape.Embedding ? "openai/text-embedding-ada-002" : "openai/gpt-4.1";

    public static async Task<Stage> OpenAsync(Cell cell)
    {
        var provider = await FakeProvider.StartAsync();
        var stage = new Stage(provider, cell);
        if (cell.Scenario.IsCached)
        {
            await stage.FillCacheAsync();
        }

        provider.Enqueue(cell.Scenario.Replies(cell.Operation.Shape));
        // Whoever asks more often than the scenario says gets what no scenario has.
        provider.DefaultReply = FakeReply.Error(418);
        return stage;
    }

    private static LlmClientOptions NewOptions(FakeProvider provider)
    {
        var options = new LlmClientOptions
        {
            NumRetries = 0,
            Timeout = TimeSpan.FromMinutes(10),
            AbandonTimeout = TimeSpan.FromMinutes(1),
            FlushTimeout = TimeSpan.FromSeconds(30),
            LoggerFactory = NullLoggerFactory.Instance,
        };
        options.ApiBases["openai"] = provider.OpenAiBase;
        options.ApiKeys["openai"] = "sk-conformance";
        return options;
    }

    // By another client of the same cache, so that the recorders see the second call only.
    private async Task FillCacheAsync()
    {
        var options = NewOptions(Provider);
        options.Cache = Options.Cache;
        await using var client = new LlmClient(options);
        var operation = LlmClientEntry.Instance.Operations.First(o => o.Shape == Cell.Operation.Shape && !o.IsSync);
        Provider.Enqueue(Wires.Answer(operation.Shape));
        await using var answer = LlmClientEntry.Open(operation, client, this);
        while (await answer.MoveNextAsync())
        {
            // Kept at its end.
        }

        Provider.ClearRequests();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Provider.DisposeAsync();
        Caller.Dispose();
    }
}
