using System.Text;
using Callgate.Formats.Responses;

namespace Callgate.Tests.Formats.Responses;

/// <summary>What every store of responses keeps to.</summary>
public abstract class ResponseStoreContract
{
    internal ManualTimeProvider Clock { get; } = new();

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract IResponseStore Create(ResponseStoreLimits limits);

    private protected StoredResponse Response(string owner, string id, string body = "{}") =>
        new(
            owner,
            id,
            Clock.GetUtcNow().ToUnixTimeSeconds(),
            "resp_0",
            Encoding.UTF8.GetBytes("[1]"),
            Encoding.UTF8.GetBytes(body)
        );

    [Fact]
    public async Task Saved_IsFoundAsItWas()
    {
        var store = Create(new());
        Assert.True(await store.SaveAsync(Response("key", "resp_1", """{"text":"日本語"}"""), Token));

        var found = await store.GetAsync("key", "resp_1", Token);

        Assert.NotNull(found);
        Assert.Equal(("key", "resp_1", "resp_0"), (found.Owner, found.Id, found.PreviousId));
        Assert.Equal(Clock.GetUtcNow().ToUnixTimeSeconds(), found.CreatedAt);
        Assert.Equal("[1]", Encoding.UTF8.GetString(found.Input.Span));
        Assert.Equal("""{"text":"日本語"}""", Encoding.UTF8.GetString(found.Body.Span));
    }

    [Fact]
    public async Task AnotherKey_FindsNothing_AndDeletesNothing()
    {
        var store = Create(new());
        await store.SaveAsync(Response("mine", "resp_1"), Token);

        Assert.Null(await store.GetAsync("theirs", "resp_1", Token));
        Assert.Null(await store.GetAsync("", "resp_1", Token));
        Assert.False(await store.DeleteAsync("theirs", "resp_1", Token));
        Assert.NotNull(await store.GetAsync("mine", "resp_1", Token));
    }

    [Fact]
    public async Task AnotherKeysResponse_IsNotReplaced()
    {
        var store = Create(new());
        await store.SaveAsync(Response("mine", "resp_1", "1"), Token);
        await store.SaveAsync(Response("theirs", "resp_1", "2"), Token);

        Assert.Equal("1"u8.ToArray(), (await store.GetAsync("mine", "resp_1", Token))!.Body.ToArray());
        Assert.Equal("2"u8.ToArray(), (await store.GetAsync("theirs", "resp_1", Token))!.Body.ToArray());
    }

    [Fact]
    public async Task Deleted_IsGone()
    {
        var store = Create(new());
        await store.SaveAsync(Response("key", "resp_1"), Token);

        Assert.True(await store.DeleteAsync("key", "resp_1", Token));
        Assert.False(await store.DeleteAsync("key", "resp_1", Token));
        Assert.Null(await store.GetAsync("key", "resp_1", Token));
    }

    [Fact]
    public async Task AfterItsTime_IsGone()
    {
        var store = Create(new() { Retention = TimeSpan.FromDays(30) });
        await store.SaveAsync(Response("key", "resp_1"), Token);

        Clock.Advance(TimeSpan.FromDays(30));
        Assert.NotNull(await store.GetAsync("key", "resp_1", Token));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await store.GetAsync("key", "resp_1", Token));
        Assert.False(await store.DeleteAsync("key", "resp_1", Token));
    }

    [Fact]
    public async Task TooLarge_IsNotKept()
    {
        var store = Create(new() { MaxResponseBytes = 10 });

        Assert.True(await store.SaveAsync(Response("key", "resp_1", "1234567"), Token));
        Assert.False(await store.SaveAsync(Response("key", "resp_2", "12345678"), Token));
        Assert.Null(await store.GetAsync("key", "resp_2", Token));
    }

    [Fact]
    public async Task SeveralAtOnce_AreKept_OrNone()
    {
        var store = Create(new() { MaxResponseBytes = 10 });

        Assert.True(await store.SaveAsync([Response("key", "a"), Response("key", "b"), Response("key", "a")], Token));
        Assert.False(await store.SaveAsync([Response("key", "c"), Response("key", "d", "12345678")], Token));

        Assert.NotNull(await store.GetAsync("key", "a", Token));
        Assert.NotNull(await store.GetAsync("key", "b", Token));
        Assert.Null(await store.GetAsync("key", "c", Token));
    }

    [Fact]
    public async Task TooMuch_TheOldestGo()
    {
        var store = Create(new() { MaxTotalBytes = 20 });
        foreach (var id in (string[])["resp_1", "resp_2", "resp_2", "resp_3"])
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await store.SaveAsync(Response("key", id, "1234567"), Token));
        }

        Assert.Null(await store.GetAsync("key", "resp_1", Token));
        Assert.NotNull(await store.GetAsync("key", "resp_2", Token));
        Assert.NotNull(await store.GetAsync("key", "resp_3", Token));
    }

    [Fact]
    public async Task ManyAtOnce_AllAreKept()
    {
        var store = Create(new());
        await Parallel.ForAsync(
            0,
            50,
            Token,
            async (i, token) =>
            {
                await store.SaveAsync(Response("key", $"resp_{i}", $"{i}"), token);
                await store.SaveAsync(Response("key", $"gone_{i}", $"{i}"), token);
                Assert.NotNull(await store.GetAsync("key", $"resp_{i}", token));
                Assert.True(await store.DeleteAsync("key", $"gone_{i}", token));
            }
        );

        for (var i = 0; i < 50; i++)
        {
            Assert.NotNull(await store.GetAsync("key", $"resp_{i}", Token));
            Assert.Null(await store.GetAsync("key", $"gone_{i}", Token));
        }
    }
}

internal static class ResponseStoreExtensions
{
    public static ValueTask<bool> SaveAsync(
        this IResponseStore store,
        StoredResponse response,
        CancellationToken cancellationToken
    ) => store.SaveAsync([response], cancellationToken);
}
