using Callgate.Formats.Responses;
using Callgate.Gateway.Store.Sqlite;
using Callgate.Tests.Formats.Responses;
using Microsoft.Data.Sqlite;

namespace Callgate.Gateway.Tests.Store;

public sealed class SqliteResponseStoreTests : ResponseStoreContract, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callgate-");
    private readonly List<SqliteResponseStore> _stores = [];

    private string Path => System.IO.Path.Combine(_folder.FullName, "responses.db");

    private protected override IResponseStore Create(ResponseStoreLimits limits) => Open(limits);

    [Fact]
    public async Task OpenedAgain_HasWhatItHad_AndKnowsItsSize()
    {
        var limits = new ResponseStoreLimits { MaxTotalBytes = 20 };
        using (var store = SqliteResponseStore.Open(Path, Clock, limits))
        {
            await store.SaveAsync(Response("key", "resp_1", "1234567"), Token);
        }

        var again = Open(limits);
        Assert.NotNull(await again.GetAsync("key", "resp_1", Token));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await again.SaveAsync(Response("key", "resp_2", "1234567"), Token);
        Assert.NotNull(await again.GetAsync("key", "resp_1", Token));
        Clock.Advance(TimeSpan.FromSeconds(1));
        await again.SaveAsync(Response("key", "resp_3", "1234567"), Token);
        Assert.Null(await again.GetAsync("key", "resp_1", Token));
        Assert.NotNull(await again.GetAsync("key", "resp_3", Token));
    }

    [Fact]
    public async Task WhatIsOver_LeavesTheFile()
    {
        var store = Open(new ResponseStoreLimits { Retention = TimeSpan.FromDays(1) });
        await store.SaveAsync(Response("key", "resp_1"), Token);
        Clock.Advance(TimeSpan.FromDays(2));
        await store.SaveAsync(Response("key", "resp_2"), Token);

        Assert.Equal(1L, Ask("SELECT COUNT(*) FROM responses"));
        Assert.Equal(16384L, Ask("PRAGMA page_size"));
        Assert.Equal("wal", Ask("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task FileOfTheFirstFormat_IsBroughtUp()
    {
        using (var connection = new SqliteConnection($"Data Source={Path};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                CREATE TABLE responses (owner TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL, size INTEGER NOT NULL,
                    previous TEXT, input BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (owner, id));
                INSERT INTO responses VALUES ('key', 'resp_1', {Clock.GetUtcNow().ToUnixTimeSeconds()}, 5, NULL, x'5b5d', x'7b7d');
                PRAGMA user_version = 1;
                """;
            command.ExecuteNonQuery();
        }

        var store = Open(new());
        Assert.Null((await store.GetAsync("key", "resp_1", Token))!.Upstream);
        await store.SaveAsync(Response("key", "resp_2") with { Upstream = "one" }, Token);
        Assert.Equal("one", (await store.GetAsync("key", "resp_2", Token))!.Upstream);
    }

    [Fact]
    public async Task Disposed_WaitsForTheSaveInProgress()
    {
        using var clock = new PausedClock(Clock);
        var store = SqliteResponseStore.Open(Path, clock);
        var saving = Task.Run(async () => await store.SaveAsync(Response("key", "resp_1"), Token), Token);
        clock.Asked.Wait(Token);
        var disposing = new Thread(store.Dispose);
        disposing.Start();
        SpinWait.SpinUntil(() => !disposing.IsAlive || disposing.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        clock.GoOn.Set();

        Assert.True(await saving);
        disposing.Join();
        Assert.NotNull(await Open(new()).GetAsync("key", "resp_1", Token));
    }

    [Fact]
    public void NoDatabase_IsSaidWithItsPath()
    {
        File.WriteAllText(Path, new string('x', 5000));

        var e = Assert.Throws<IOException>(() => SqliteResponseStore.Open(Path, Clock));

        Assert.Contains(Path, e.Message, StringComparison.Ordinal);
        Assert.Contains("not a database", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NewerFile_IsLeftAlone()
    {
        SqliteResponseStore.Open(Path, Clock).Dispose();
        Ask("PRAGMA user_version = 9");

        var e = Assert.Throws<IOException>(() => SqliteResponseStore.Open(Path, Clock));

        Assert.Contains("newer version", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_IsItsOwnersAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes of files are Unix's.");
        await Open(new()).SaveAsync(Response("key", "resp_1"), Token);

        Assert.All(
            _folder.GetFiles(),
            f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, f.UnixFileMode)
        );
    }

    public void Dispose()
    {
        _stores.ForEach(s => s.Dispose());
        _folder.Delete(recursive: true);
    }

    /// <summary>Holds up whoever asks for the time, which a save does amid its transaction.</summary>
    private sealed class PausedClock(TimeProvider inner) : TimeProvider, IDisposable
    {
        public ManualResetEventSlim Asked { get; } = new();
        public ManualResetEventSlim GoOn { get; } = new();

        public override DateTimeOffset GetUtcNow()
        {
            Asked.Set();
            GoOn.Wait();
            return inner.GetUtcNow();
        }

        public void Dispose()
        {
            Asked.Dispose();
            GoOn.Dispose();
        }
    }

    private SqliteResponseStore Open(ResponseStoreLimits limits)
    {
        var store = SqliteResponseStore.Open(Path, Clock, limits);
        _stores.Add(store);
        return store;
    }

    private object? Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
