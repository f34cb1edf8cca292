using Callgate.Wire;

namespace Callgate.Tests.Caching;

public class InMemoryCallCacheTests
{
    private static readonly ChatCompletion s_answer = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LeastRecentlyUsed_GoesFirst()
    {
        var cache = new InMemoryCallCache(maxEntries: 2);
        await cache.SetAsync("a", s_answer, null, Token);
        await cache.SetAsync("b", s_answer, null, Token);
        Assert.NotNull(await cache.GetAsync("a", Token));
        await cache.SetAsync("c", s_answer, null, Token);

        Assert.Equal(2, cache.Count);
        Assert.Null(await cache.GetAsync("b", Token));
        Assert.NotNull(await cache.GetAsync("a", Token));
        Assert.NotNull(await cache.GetAsync("c", Token));
    }

    [Fact]
    public async Task SettingAgain_ReplacesAndRenews()
    {
        var time = new ManualTimeProvider();
        var cache = new InMemoryCallCache(2, TimeSpan.FromMinutes(1), time);
        await cache.SetAsync("a", s_answer, null, Token);
        await cache.SetAsync("b", s_answer, null, Token);
        time.Advance(TimeSpan.FromSeconds(50));
        var newer = new ChatCompletion { Id = "newer" };
        await cache.SetAsync("a", newer, null, Token);
        await cache.SetAsync("c", s_answer, null, Token);

        Assert.Equal(2, cache.Count);
        Assert.Null(await cache.GetAsync("b", Token));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Same(newer, await cache.GetAsync("a", Token));
    }

    [Fact]
    public async Task Entries_LiveAsLongAsTheySay()
    {
        var time = new ManualTimeProvider();
        var cache = new InMemoryCallCache(10, TimeSpan.FromMinutes(1), time);
        await cache.SetAsync("default", s_answer, null, Token);
        await cache.SetAsync("long", s_answer, TimeSpan.FromMinutes(5), Token);
        await cache.SetAsync("forever", s_answer, TimeSpan.MaxValue, Token);

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(await cache.GetAsync("default", Token));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await cache.GetAsync("default", Token));
        Assert.NotNull(await cache.GetAsync("long", Token));
        Assert.Equal(2, cache.Count);
        time.Advance(TimeSpan.FromDays(1000));
        Assert.Null(await cache.GetAsync("long", Token));
        Assert.NotNull(await cache.GetAsync("forever", Token));
    }

    [Fact]
    public void Arguments_AreChecked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryCallCache(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InMemoryCallCache(1, TimeSpan.Zero));
    }

    [Fact]
    public async Task Client_AnswersFromIt()
    {
        var time = new ManualTimeProvider();
        await using var client = new LlmClient(
            new LlmClientOptions { Cache = new InMemoryCallCache(10, TimeSpan.FromMinutes(1), time) }
        );
        var outcomes = new List<CallOutcome?>();
        client.SuccessCallbacks.Add((call, _, _, _) => outcomes.Add(call.Outcome));
        async Task CallAsync(CallOptions? options = null) =>
            await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], options, Token);

        await CallAsync();
        await CallAsync();
        await CallAsync(new CallOptions { Cache = new CacheControl { NoCache = true } });
        await CallAsync(new CallOptions { Cache = new CacheControl { Namespace = "tenant" } });
        time.Advance(TimeSpan.FromMinutes(2));
        await CallAsync(new CallOptions { Cache = new CacheControl { NoStore = true } });
        await CallAsync();
        await client.FlushPatientlyAsync();

        Assert.Equal(
            [
                CallOutcome.Completed,
                CallOutcome.CacheHit,
                CallOutcome.Completed,
                CallOutcome.Completed,
                CallOutcome.Completed,
                CallOutcome.Completed,
            ],
            outcomes
        );
    }
}
