using Callgate.Gateway.Keys;
using Callgate.Gateway.Store;
using Callgate.Gateway.Store.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Callgate.Gateway.Tests.Keys;

public sealed class KeyRingTests : IDisposable
{
    private const string Key = "sk-0123456789abcdef";

    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string DatabasePath => _folder.File("callgate.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AKey_IsFoundByItsValue_UntilItIsBlockedOrExpiresOrIsDeleted()
    {
        await using var ring = await OpenAsync();
        var made = await ring.InsertAsync(Record(Key) with { Expires = _time.GetUtcNow().AddMinutes(1) }, Token);

        var found = ring.Find(Key);
        Assert.Equal(KeyStatus.Found, found.Status);
        Assert.Same(made, found.Key);
        Assert.Null(found.Refusal);
        Assert.Equal(KeyStatus.Unknown, ring.Find(made.Token).Status);

        _time.Advance(TimeSpan.FromSeconds(59.999));
        Assert.Equal(KeyStatus.Found, ring.Find(Key).Status);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var expired = ring.Find(Key);
        Assert.Equal(KeyStatus.Expired, expired.Status);
        Assert.Same(made, expired.Key);
        Assert.Equal((401, "expired_key"), (expired.Refusal!.StatusCode, expired.Refusal.Type));
        Assert.Equal(
            "Authentication Error - Expired Key. Key Expiry time 2026-01-02T03:05:05.000Z and current time 2026-01-02T03:05:05.000Z",
            expired.Refusal.Message
        );

        await ring.UpdateAsync(Hash(Key), r => r with { Blocked = true }, false, Token);
        var blocked = ring.Find(Key);
        Assert.Equal(KeyStatus.Blocked, blocked.Status);
        Assert.Contains("Key is blocked", blocked.Refusal!.Message, StringComparison.Ordinal);

        await ring.DeleteAsync([Hash(Key)], Token);
        var unknown = ring.Find(Key);
        Assert.Equal(KeyStatus.Unknown, unknown.Status);
        Assert.Equal((401, "token_not_found_in_db"), (unknown.Refusal!.StatusCode, unknown.Refusal.Type));
        Assert.Contains("sk-...cdef", unknown.Refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, unknown.Refusal.Message, StringComparison.Ordinal);
        Assert.Equal(KeyStatus.Missing, ring.Find("").Status);
        Assert.Equal(KeyStatus.Unknown, ring.Find(new string('x', 100_000)).Status);
        Assert.DoesNotContain("1234", ring.Find("sk-1234").Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheMasterKey_MayChange_AndIsToldByNobody()
    {
        await using var ring = await OpenAsync();

        var master = ring.Find("sk-master").Key!;
        Assert.True(master.IsMaster);
        Assert.True(master.UserApiKey.IsMasterKey);
        Assert.Equal("litellm_proxy_master_key", master.CallMetadata["user_api_key_hash"]);
        Assert.True(master.IsModelAllowed("anything"));

        ring.AddSpend(master, 1.5m);
        ring.SetMasterKey(" sk-master ");
        Assert.Equal(1.5m, ring.Find("sk-master").Key!.Spend);
        ring.SetMasterKey("sk-other");
        Assert.Equal(KeyStatus.Unknown, ring.Find("sk-master").Status);
        Assert.True(ring.Find("sk-other").Key!.IsMaster);
    }

    [Fact]
    public async Task WithoutAMasterKey_NobodyIsAsked_ButAKeyThatIsKnownHolds()
    {
        await using var ring = await OpenAsync(masterKey: null);
        await ring.InsertAsync(Record(Key) with { Blocked = true }, Token);

        Assert.Same(VirtualKey.Anonymous, ring.Find("").Key);
        Assert.Same(VirtualKey.Anonymous, ring.Find("whatever-the-sdk-sends").Key);
        Assert.Null(VirtualKey.Anonymous.UserApiKey.KeyHash);
        Assert.Contains("user_api_key_hash", VirtualKey.Anonymous.CallMetadata);
        Assert.Null(VirtualKey.Anonymous.CallMetadata["user_api_key_hash"]);
        Assert.Equal(KeyStatus.Blocked, ring.Find(Key).Status);
    }

    [Fact]
    public async Task WhatACallIsTold_StandsReady()
    {
        await using var ring = await OpenAsync();
        var key = await ring.InsertAsync(
            Record(Key) with
            {
                KeyAlias = "build",
                UserId = "u1",
                TeamId = "t1",
                OrganizationId = "o1",
                Spend = 0.25m,
                Models = ["cheap", "openai/*"],
                Aliases = new Dictionary<string, string> { ["gpt-4o"] = "cheap" },
                Metadata = System.Text.Json.JsonElement.Parse(
                    """{"tags":["ci","nightly"],"level":3,"ratio":0.5,"on":true,"none":null,"who":"Zoë"}"""
                ),
            },
            Token
        );

        // As LiteLLM hashes: SHA-256 of "sk-0123456789abcdef", in lowercase hex.
        Assert.Equal("221df437bc4f8c4d9718bd7a9ec4c1021c72fd69dfb2a5f568ecf4607c824bee", key.Token);
        var caller = key.UserApiKey;
        Assert.Same(caller, ring.Find(Key).Key!.UserApiKey);
        Assert.Same(key.CallMetadata, ring.Find(Key).Key!.CallMetadata);
        Assert.Equal(
            (key.Token, "sk-...cdef", "build", "u1", "t1", "o1", 0.25m),
            (caller.KeyHash, caller.KeyName, caller.KeyAlias, caller.UserId, caller.TeamId, caller.OrgId, caller.Spend)
        );
        Assert.Equal(["ci", "nightly"], caller.Tags);
        Assert.Equal(["cheap", "openai/*"], caller.Models);
        Assert.Equal<object?>(
            [3L, 0.5, true, null, "Zoë"],
            new[] { "level", "ratio", "on", "none", "who" }.Select(n => caller.Metadata[n])
        );
        var metadata = key.CallMetadata;
        Assert.Equal(key.Token, metadata["user_api_key_hash"]);
        Assert.Equal("build", metadata["user_api_key_alias"]);
        Assert.Equal("u1", metadata["user_api_key_user_id"]);
        Assert.Equal("t1", metadata["user_api_key_team_id"]);
        Assert.Equal("o1", metadata["user_api_key_org_id"]);
        Assert.Equal(0.25m, metadata["user_api_key_spend"]);
        Assert.Null(metadata["user_api_key_team_alias"]);
        Assert.Same(key.Metadata, metadata["user_api_key_auth_metadata"]);
        Assert.Equal("cheap", key.ResolveModel("gpt-4o"));
        Assert.True(key.IsModelAllowed("openai/o3"));
        Assert.False(key.IsModelAllowed("gpt-4o"));
        var refused = key.RefuseModel("gpt-4o");
        Assert.Equal((403, "key_model_access_denied", "model"), (refused.StatusCode, refused.Type, refused.Param));
        Assert.Equal(
            "key not allowed to access model. This key can only access models=[cheap, openai/*]. Tried to access gpt-4o",
            refused.Message
        );
    }

    [Fact]
    public async Task LookingUp_AllocatesNothing()
    {
        await using var ring = await OpenAsync();
        await ring.InsertAsync(Record(Key) with { Models = ["a", "openai/*"] }, Token);
        Assert.True(ring.Find(Key).Key!.IsModelAllowed("openai/o3"));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = ring.Find(Key);
        var allowed = found.Key!.IsModelAllowed("openai/o3");
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(allowed);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task Spend_IsLive_AndStoredBehindTheCalls()
    {
        await using (var ring = await OpenAsync())
        {
            var key = await ring.InsertAsync(Record(Key) with { Spend = 1m }, Token);
            ring.AddSpend(key, 0.1m);
            ring.AddSpend(key, 0.2m);
            Assert.Equal(1.3m, key.Spend);
            Assert.Equal(1m, key.UserApiKey.Spend);

            // A change of the key loses nothing of it.
            var changed = await ring.UpdateAsync(Hash(Key), r => r with { UserId = "u" }, false, Token);
            Assert.Equal(1.3m, changed!.Spend);

            await _time.WaitForTimerAsync(Token);
            _time.Advance(TimeSpan.FromSeconds(2));
            await ring.SyncAsync();
            Assert.Equal(1.3m, ring.Find(Key).Key!.UserApiKey.Spend);
            Assert.Equal(1.3m, ring.Find(Key).Key!.CallMetadata["user_api_key_spend"]);

            // The object of before the change still counts.
            ring.AddSpend(key, 0.7m);
            Assert.Equal(2.0m, ring.Find(Key).Key!.Spend);
        }

        await using var again = await OpenAsync();
        Assert.Equal(2.0m, again.Find(Key).Key!.Spend);
        again.AddSpend(again.Find(Key).Key!, 5m);
        var reset = await again.UpdateAsync(Hash(Key), r => r with { Spend = 0 }, true, Token);
        Assert.Equal(0, reset!.Spend);
    }

    [Fact]
    public async Task TwoProcesses_SeeEachOther()
    {
        await using var one = await OpenAsync();
        await using var two = await OpenAsync();
        await one.InsertAsync(Record(Key), Token);
        Assert.Equal(KeyStatus.Unknown, two.Find(Key).Status);

        await two.SyncAsync();
        Assert.Equal(KeyStatus.Found, two.Find(Key).Status);

        one.AddSpend(one.Find(Key).Key!, 1m);
        two.AddSpend(two.Find(Key).Key!, 2m);
        await one.SyncAsync();
        await two.SyncAsync();
        await one.SyncAsync();
        Assert.Equal(3m, one.Find(Key).Key!.Spend);
        Assert.Equal(3m, two.Find(Key).Key!.Spend);

        await two.UpdateAsync(Hash(Key), r => r with { Blocked = true }, false, Token);
        await one.SyncAsync();
        Assert.Equal(KeyStatus.Blocked, one.Find(Key).Status);

        await one.DeleteAsync([Hash(Key)], Token);
        await two.SyncAsync();
        Assert.Equal(KeyStatus.Unknown, two.Find(Key).Status);
        Assert.Null(await two.UpdateAsync(Hash(Key), r => r, false, Token));
    }

    [Fact]
    public async Task WhileTheStoreIsDown_CallsGoOn_AndSpendIsKept()
    {
        var log = new LogLines();
        await using (var ring = await OpenAsync(logger: log))
        {
            var key = await ring.InsertAsync(Record(Key), Token);
            await using var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
            await other.OpenAsync(Token);
            await using (var writing = await other.BeginTransactionAsync(Token))
            {
                ring.AddSpend(key, 1m);
                await ring.SyncAsync();
                await ring.SyncAsync();
                ring.AddSpend(key, 2m);
                Assert.Equal(KeyStatus.Found, ring.Find(Key).Status);
                Assert.Equal(3m, ring.Find(Key).Key!.Spend);
                await Assert.ThrowsAsync<KeyStoreException>(() => ring.DeleteAsync([Hash(Key)], Token));
                Assert.Equal(KeyStatus.Found, ring.Find(Key).Status);
            }

            await ring.SyncAsync();
        }

        await using var again = await OpenAsync();
        Assert.Equal(3m, again.Find(Key).Key!.Spend);
        Assert.Equal(
            [
                $"Warning: The store of keys fails: '{DatabasePath}' is locked by another process. Try again. "
                    + "Calls go on with the keys that are known; their spend is kept in memory meanwhile.",
                "Information: The store of keys works again.",
            ],
            log.Lines
        );
    }

    [Fact]
    public async Task AKey_ThatIsDeletedAndMadeAgain_LosesNoSpend()
    {
        await using var ring = await OpenAsync();
        var before = await ring.InsertAsync(Record(Key), Token);
        ring.AddSpend(before, 1m);
        await ring.DeleteAsync([Hash(Key)], Token);
        var after = await ring.InsertAsync(Record(Key), Token);
        ring.AddSpend(after, 2m);

        await ring.SyncAsync();

        Assert.Equal(3m, after.Spend);
    }

    [Fact]
    public async Task SixtyFourAtOnce_MakeFindSpendAndDelete()
    {
        await using (var ring = await OpenAsync())
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, 64)
                    .Select(i =>
                        Task.Run(
                            async () =>
                            {
                                var mine = $"sk-{i:D20}";
                                await ring.InsertAsync(Record(mine), Token);
                                for (var n = 0; n < 100; n++)
                                {
                                    var found = ring.Find(mine);
                                    Assert.Equal(KeyStatus.Found, found.Status);
                                    ring.AddSpend(found.Key!, 0.01m);
                                }

                                await ring.SyncAsync();
                                await ring.UpdateAsync(Hash(mine), r => r with { UserId = $"u{i}" }, false, Token);
                                Assert.Equal($"u{i}", ring.Find(mine).Key!.Record.UserId);
                                Assert.Equal(1m, ring.Find(mine).Key!.Spend);
                                if (i % 2 == 0)
                                {
                                    await ring.DeleteAsync([Hash(mine)], Token);
                                    Assert.Equal(KeyStatus.Unknown, ring.Find(mine).Status);
                                }
                            },
                            Token
                        )
                    )
            );
        }

        await using var again = await OpenAsync();
        Assert.Equal(32, again.Keys.Count());
        Assert.All(again.Keys, k => Assert.Equal(1m, k.Spend));
    }

    private static KeyHash Hash(string key)
    {
        Assert.True(KeyHash.TryCompute(key, out var hash));
        return hash;
    }

    private KeyRecord Record(string key) =>
        new()
        {
            Token = Hash(key).ToString(),
            KeyName = $"sk-...{key[^4..]}",
            CreatedAt = _time.GetUtcNow(),
            UpdatedAt = _time.GetUtcNow(),
        };

    private async Task<KeyRing> OpenAsync(string? masterKey = "sk-master", ILogger? logger = null)
    {
        var store = await SqliteKeyStore.OpenAsync(DatabasePath, TimeSpan.FromSeconds(1));
        var ring = await KeyRing.OpenAsync(store, _time, logger ?? NullLogger.Instance);
        ring.SetMasterKey(masterKey);
        return ring;
    }

    private sealed class LogLines : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
