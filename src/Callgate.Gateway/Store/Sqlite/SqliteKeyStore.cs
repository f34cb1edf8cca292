using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Callgate.Gateway.Store.Sqlite;

/// <summary>
/// Keys in a SQLite file, which several processes may share. Each change has a version, from one counter, so that a
/// process can read what the others did.
/// </summary>
internal sealed class SqliteKeyStore : IKeyStore
{
    private const int Constraint = 19;

    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>SQLite's mark of what other connections have written, as of our last reading; null: read in any case.</summary>
    private long? _dataVersion;

    private SqliteKeyStore(string path, SqliteConnection connection)
    {
        _path = path;
        _connection = connection;
    }

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="patience">How long an operation waits while another process writes. Default 5 seconds.</param>
    /// <exception cref="KeyStoreException">It can't be opened, is damaged, or was written by a newer version.</exception>
    public static async Task<SqliteKeyStore> OpenAsync(string path, TimeSpan? patience = null) =>
        new(
            path,
            await Task.Run(() =>
                    SqliteDatabase.Open(path, SqliteSchema.Migrations, patience ?? TimeSpan.FromSeconds(5))
                )
                .ConfigureAwait(false)
        );

    public ValueTask<KeyChanges> ReadChangesAsync(long since, CancellationToken cancellationToken) =>
        RunAsync(() => ReadChanges(since), cancellationToken);

    public async ValueTask InsertAsync(KeyRecord record, CancellationToken cancellationToken) =>
        await RunAsync(
                () =>
                    InTransaction(transaction =>
                    {
                        using var forget = Command(
                            transaction,
                            "DELETE FROM deleted_keys WHERE token = $token",
                            ("$token", record.Token)
                        );
                        forget.ExecuteNonQuery();
                        using var insert = Command(
                            transaction,
                            $"INSERT INTO keys ({SqliteKeyRow.Columns}, version) VALUES ({SqliteKeyRow.Parameters}, $version)",
                            ("$version", NextVersion(transaction))
                        );
                        SqliteKeyRow.Bind(insert, record);
                        insert.ExecuteNonQuery();
                        return true;
                    }),
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<KeyRecord?> UpdateAsync(
        string token,
        Func<KeyRecord, KeyRecord> change,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            () =>
                InTransaction(transaction =>
                {
                    if (Find(transaction, token) is not { } stored)
                    {
                        return null;
                    }

                    var changed = change(stored) with { Token = token };
                    using var update = Command(
                        transaction,
                        $"UPDATE keys SET ({SqliteKeyRow.Columns}, version) = ({SqliteKeyRow.Parameters}, $version) WHERE token = $token",
                        ("$version", NextVersion(transaction))
                    );
                    SqliteKeyRow.Bind(update, changed);
                    update.ExecuteNonQuery();
                    return changed;
                }),
            cancellationToken
        );

    public async ValueTask DeleteAsync(IReadOnlyCollection<string> tokens, CancellationToken cancellationToken) =>
        await RunAsync(
                () =>
                    InTransaction(transaction =>
                    {
                        var version = NextVersion(transaction);
                        foreach (var token in tokens)
                        {
                            using var delete = Command(
                                transaction,
                                "DELETE FROM keys WHERE token = $token",
                                ("$token", token)
                            );
                            if (delete.ExecuteNonQuery() > 0)
                            {
                                using var remember = Command(
                                    transaction,
                                    "INSERT OR REPLACE INTO deleted_keys VALUES ($token, $version)",
                                    ("$token", token),
                                    ("$version", version)
                                );
                                remember.ExecuteNonQuery();
                            }
                        }

                        return true;
                    }),
                cancellationToken
            )
            .ConfigureAwait(false);

    public ValueTask<IReadOnlyList<KeySpending>> AddSpendAsync(
        IReadOnlyCollection<KeySpending> amounts,
        CancellationToken cancellationToken
    ) => RunAsync(() => InTransaction(transaction => AddSpend(transaction, amounts)), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _gate.Dispose();
    }

    private KeyChanges ReadChanges(long since)
    {
        var dataVersion = SqliteDatabase.Number(_connection, "PRAGMA data_version");
        if (since > 0 && dataVersion == _dataVersion)
        {
            return new(since, [], []);
        }

        // Deferred: one view of all three tables, which no writer waits for.
        using var transaction = _connection.BeginTransaction(deferred: true);
        var version = SqliteDatabase.Number(_connection, "SELECT version FROM keys_version", transaction);
        var saved = new List<KeyRecord>();
        using (
            var command = Command(
                transaction,
                $"SELECT {SqliteKeyRow.Columns} FROM keys WHERE version > $since",
                ("$since", since)
            )
        )
        {
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                saved.Add(SqliteKeyRow.Read(rows));
            }
        }

        var deleted = new List<string>();
        using (
            var command = Command(
                transaction,
                "SELECT token FROM deleted_keys WHERE version > $since",
                ("$since", since)
            )
        )
        {
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                deleted.Add(rows.GetString(0));
            }
        }

        transaction.Commit();
        _dataVersion = dataVersion;
        return new(version, saved, deleted);
    }

    private KeyRecord? Find(SqliteTransaction transaction, string token)
    {
        using var command = Command(
            transaction,
            $"SELECT {SqliteKeyRow.Columns} FROM keys WHERE token = $token",
            ("$token", token)
        );
        using var rows = command.ExecuteReader();
        return rows.Read() ? SqliteKeyRow.Read(rows) : null;
    }

    private IReadOnlyList<KeySpending> AddSpend(SqliteTransaction transaction, IReadOnlyCollection<KeySpending> amounts)
    {
        var version = NextVersion(transaction);
        using var read = Command(transaction, "SELECT spend FROM keys WHERE token = $token", ("$token", ""));
        using var write = Command(
            transaction,
            "UPDATE keys SET spend = $spend, version = $version WHERE token = $token",
            ("$token", ""),
            ("$spend", ""),
            ("$version", version)
        );
        var totals = new List<KeySpending>(amounts.Count);
        foreach (var (token, amount) in amounts)
        {
            read.Parameters["$token"].Value = token;
            if (read.ExecuteScalar() is not string spent)
            {
                continue;
            }

            // Exact, in decimals: SQLite would add floats.
            var total = SqliteKeyRow.Money(spent) + amount;
            write.Parameters["$token"].Value = token;
            write.Parameters["$spend"].Value = SqliteKeyRow.Money(total);
            write.ExecuteNonQuery();
            totals.Add(new(token, total));
        }

        return totals;
    }

    private long NextVersion(SqliteTransaction transaction) =>
        SqliteDatabase.Number(
            _connection,
            "UPDATE keys_version SET version = version + 1 RETURNING version",
            transaction
        );

    private SqliteCommand Command(
        SqliteTransaction transaction,
        string sql,
        params ReadOnlySpan<(string Name, object Value)> parameters
    )
    {
        var command = _connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Only our own literals come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    /// <summary>Runs a change in a transaction that has the right to write from its start: what it reads stays true.</summary>
    private T InTransaction<T>(Func<SqliteTransaction, T> change)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        var result = change(transaction);
        try
        {
            transaction.Commit();
        }
        catch (SqliteException)
        {
            // Whether it was committed is unknown, and our own changes don't count as another's.
            _dataVersion = null;
            throw;
        }

        return result;
    }

    /// <summary>SQLite blocks: its work is done beside, one piece at a time. Once begun it isn't given up.</summary>
    private async ValueTask<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == Constraint)
        {
            throw new DuplicateKeyException(exception.Message.Contains("key_alias", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is SqliteException or JsonException or FormatException)
        {
            throw SqliteDatabase.Explain(_path, exception);
        }
        finally
        {
            _gate.Release();
        }
    }
}
