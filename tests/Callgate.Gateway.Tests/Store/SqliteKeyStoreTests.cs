using System.Text.Json;
using Callgate.Gateway.Store;
using Callgate.Gateway.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace Callgate.Gateway.Tests.Store;

public sealed class SqliteKeyStoreTests : IDisposable
{
    private static readonly DateTimeOffset s_created = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string DatabasePath => _folder.File("callgate.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_SurviveARestart_FieldByField()
    {
        var full = Record('a') with
        {
            KeyAlias = "build server",
            Models = ["gpt-4o", "openai/*"],
            Aliases = new Dictionary<string, string> { ["cheap"] = "gpt-4o-mini" },
            Metadata = JsonElement.Parse("""{"tags":["ci"],"owner":{"name":"Zoë"}}"""),
            UserId = "u1",
            TeamId = "t1",
            OrganizationId = "o1",
            Spend = 1234567.000000000123m,
            Expires = s_created.AddDays(30),
            Blocked = true,
            CreatedBy = "default_user_id",
            UpdatedAt = s_created.AddHours(1),
            UpdatedBy = "somebody",
        };
        await using (var store = await OpenAsync())
        {
            await store.InsertAsync(full, Token);
            await store.InsertAsync(Record('b'), Token);
        }

        await using var reopened = await OpenAsync();
        var read = (await reopened.ReadChangesAsync(0, Token)).Saved;

        Assert.Equal(2, read.Count);
        var a = read.Single(r => r.Token == full.Token);
        Assert.Equal(full.Models, a.Models);
        Assert.Equal(full.Aliases, a.Aliases);
        Assert.Equal("""{"tags":["ci"],"owner":{"name":"Zoë"}}""", a.Metadata.GetRawText());
        Assert.Equal(full, a with { Models = full.Models, Aliases = full.Aliases, Metadata = full.Metadata });
        var b = read.Single(r => r.Token != full.Token);
        Assert.Null(b.KeyAlias);
        Assert.Null(b.Expires);
        Assert.False(b.Blocked);
    }

    [Fact]
    public async Task TheFile_IsSetUp_AsMoneyNeeds_AndIsNobodyElses()
    {
        await using var store = await OpenAsync();
        await using var other = await ConnectAsync();

        Assert.Equal(16384L, await ScalarAsync(other, "PRAGMA page_size"));
        Assert.Equal("wal", await ScalarAsync(other, "PRAGMA journal_mode"));
        Assert.Equal(1L, await ScalarAsync(other, "PRAGMA user_version"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DatabasePath));
        }
    }

    [Fact]
    public async Task ASecondKey_OfOneHashOrAlias_IsRefused()
    {
        await using var store = await OpenAsync();
        await store.InsertAsync(Record('a') with { KeyAlias = "one" }, Token);

        var hash = await Assert.ThrowsAsync<DuplicateKeyException>(async () =>
            await store.InsertAsync(Record('a'), Token)
        );
        Assert.False(hash.IsAlias);
        var alias = await Assert.ThrowsAsync<DuplicateKeyException>(async () =>
            await store.InsertAsync(Record('b') with { KeyAlias = "one" }, Token)
        );
        Assert.True(alias.IsAlias);
        Assert.Single((await store.ReadChangesAsync(0, Token)).Saved);
    }

    [Fact]
    public async Task Update_IsOneWithItsReading_AndChangesNothingWhereItThrows()
    {
        await using var store = await OpenAsync();
        await using var other = await OpenAsync();
        await store.InsertAsync(Record('a') with { UserId = "u1" }, Token);
        await other.UpdateAsync(Hash('a'), r => r with { TeamId = "t1" }, Token);

        var updated = await store.UpdateAsync(Hash('a'), r => r with { Blocked = true }, Token);
        Assert.Equal(("u1", "t1", true), (updated!.UserId, updated.TeamId, updated.Blocked));
        await Assert.ThrowsAsync<ArithmeticException>(async () =>
            await store.UpdateAsync(Hash('a'), _ => throw new ArithmeticException(), Token)
        );
        Assert.Null(await store.UpdateAsync(Hash('b'), r => r, Token));

        var read = Assert.Single((await store.ReadChangesAsync(0, Token)).Saved);
        Assert.Equal(("u1", "t1", true), (read.UserId, read.TeamId, read.Blocked));
    }

    [Fact]
    public async Task Spend_IsAddedExactly()
    {
        await using var store = await OpenAsync();
        await store.InsertAsync(Record('a'), Token);
        for (var i = 0; i < 10; i++)
        {
            await store.AddSpendAsync([new(Hash('a'), 0.1m), new(Hash('b'), 1m)], Token);
        }

        // Ten times 0.1 is less than 1 in floats.
        var total = Assert.Single(await store.AddSpendAsync([new(Hash('a'), 0.0000000000001m)], Token));
        Assert.Equal(new(Hash('a'), 1.0000000000001m), total);
    }

    [Fact]
    public async Task AnotherProcess_Changes_AreReadOnce()
    {
        await using var store = await OpenAsync();
        await using var other = await OpenAsync();
        await store.InsertAsync(Record('a'), Token);
        await store.InsertAsync(Record('b'), Token);
        var version = (await store.ReadChangesAsync(0, Token)).Version;

        await other.InsertAsync(Record('c'), Token);
        await other.DeleteAsync([Hash('a'), Hash('f')], Token);
        await store.InsertAsync(Record('d'), Token);
        await other.UpdateAsync(Hash('b'), r => r with { UserId = "u" }, Token);

        var changes = await store.ReadChangesAsync(version, Token);
        Assert.Equal([Hash('b'), Hash('c'), Hash('d')], changes.Saved.Select(r => r.Token).Order());
        Assert.Equal([Hash('a')], changes.Deleted);
        var none = await store.ReadChangesAsync(changes.Version, Token);
        Assert.Equal(changes.Version, none.Version);
        Assert.Empty(none.Saved);
        Assert.Empty(none.Deleted);

        // Made again after it was deleted, it isn't deleted any more.
        await other.InsertAsync(Record('a'), Token);
        var again = await store.ReadChangesAsync(changes.Version, Token);
        Assert.Equal([Hash('a')], again.Saved.Select(r => r.Token));
        Assert.Empty(again.Deleted);
    }

    [Fact]
    public async Task WhileAnotherProcessWrites_AChangeWaits_AndThenSaysWhy()
    {
        await using var store = await OpenAsync(TimeSpan.FromSeconds(1));
        await using var other = await ConnectAsync();
        await ScalarAsync(other, "BEGIN IMMEDIATE");

        var refused = await Assert.ThrowsAsync<KeyStoreException>(async () =>
            await store.InsertAsync(Record('a'), Token)
        );
        Assert.Equal($"'{DatabasePath}' is locked by another process. Try again.", refused.Message);
        Assert.Empty((await store.ReadChangesAsync(0, Token)).Saved);

        await ScalarAsync(other, "COMMIT");
        await store.InsertAsync(Record('a'), Token);
    }

    [Fact]
    public async Task ANewerSchema_IsRefused()
    {
        await (await OpenAsync()).DisposeAsync();
        await using (var other = await ConnectAsync())
        {
            await ScalarAsync(other, "PRAGMA user_version=99");
        }

        var refused = await Assert.ThrowsAsync<KeyStoreException>(async () => await OpenAsync());
        Assert.Equal(
            $"'{DatabasePath}' was written by a newer version of Callgate (its schema is 99, this version knows 1). "
                + "Start that version, or name another file.",
            refused.Message
        );
    }

    [Fact]
    public async Task AFileOfSomethingElse_IsRefused_AndLeftAsItIs()
    {
        await using (var other = await ConnectAsync())
        {
            await ScalarAsync(other, "CREATE TABLE recipes (name TEXT)");
        }

        var refused = await Assert.ThrowsAsync<KeyStoreException>(async () => await OpenAsync());
        Assert.Contains("is a database of something else", refused.Message, StringComparison.Ordinal);
        await using var again = await ConnectAsync();
        Assert.Equal(1L, await ScalarAsync(again, "SELECT count(*) FROM sqlite_schema"));
    }

    [Fact]
    public async Task ADamagedFile_IsRefused()
    {
        await File.WriteAllTextAsync(DatabasePath, new string('?', 100_000), Token);
        var noDatabase = await Assert.ThrowsAsync<KeyStoreException>(async () => await OpenAsync());
        Assert.Contains(
            "is damaged, or no SQLite database. Put a backup in its place",
            noDatabase.Message,
            StringComparison.Ordinal
        );

        File.Delete(DatabasePath);
        await using (var store = await OpenAsync())
        {
            await store.InsertAsync(Record('a'), Token);
        }

        var bytes = await File.ReadAllBytesAsync(DatabasePath, Token);
        Array.Fill(bytes, (byte)0xEE, 16384, bytes.Length - 16384);
        await File.WriteAllBytesAsync(DatabasePath, bytes, Token);
        var torn = await Assert.ThrowsAsync<KeyStoreException>(async () =>
        {
            await using var store = await OpenAsync();
            await store.ReadChangesAsync(0, Token);
        });
        Assert.Contains("is damaged", torn.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARowThatSomebodySpoilt_IsSaid()
    {
        await using var store = await OpenAsync();
        await store.InsertAsync(Record('a'), Token);
        await using var other = await ConnectAsync();
        await ScalarAsync(other, "UPDATE keys SET metadata = '[]'");

        var spoilt = await Assert.ThrowsAsync<KeyStoreException>(async () => await store.ReadChangesAsync(0, Token));
        Assert.Equal($"'{DatabasePath}' can't be used: The metadata of a key is no JSON object.", spoilt.Message);
    }

    [Fact]
    public async Task AFolder_IsNoFile()
    {
        Directory.CreateDirectory(DatabasePath);

        var refused = await Assert.ThrowsAsync<KeyStoreException>(async () => await OpenAsync());
        Assert.StartsWith($"'{DatabasePath}' can't be ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoProcesses_MayMakeTheFileAtOnce()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenAsync()));
        await Task.WhenAll(stores.Select((s, i) => s.InsertAsync(Record((char)('0' + i)), Token).AsTask()));

        foreach (var store in stores)
        {
            Assert.Equal(8, (await store.ReadChangesAsync(0, Token)).Saved.Count);
            await store.DisposeAsync();
        }
    }

    private static string Hash(char digit) => new(digit, 64);

    private static KeyRecord Record(char digit) =>
        new()
        {
            Token = Hash(digit),
            KeyName = "sk-...abcd",
            CreatedAt = s_created,
            UpdatedAt = s_created,
        };

    private static async Task<object?> ScalarAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(Token);
    }

    private Task<SqliteKeyStore> OpenAsync(TimeSpan? patience = null) =>
        SqliteKeyStore.OpenAsync(DatabasePath, patience);

    private async Task<SqliteConnection> ConnectAsync()
    {
        var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        await connection.OpenAsync(Token);
        return connection;
    }
}
