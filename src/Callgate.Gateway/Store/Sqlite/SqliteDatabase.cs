using Callgate.Gateway.Store;
using Microsoft.Data.Sqlite;

namespace Callgate.Gateway.Store.Sqlite;

/// <summary>
/// Opens the gateway's SQLite file: makes it where there is none, sets it up, and brings its schema up to date.
/// One connection to it is used by one thread at a time.
/// </summary>
internal static class SqliteDatabase
{
    private const int NotADatabase = 26;
    private const int Corrupt = 11;
    private const int CantOpen = 14;
    private const int ReadOnly = 8;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int Full = 13;

    /// <summary>Opens the file, its directory included.</summary>
    /// <param name="path">The file.</param>
    /// <param name="migrations">The schema's steps; how many of them a file has had stands in its <c>user_version</c>.</param>
    /// <param name="patience">How long a statement waits while another process writes. Whole seconds, at least one.</param>
    /// <exception cref="KeyStoreException">It can't be opened, is damaged, or was written by a newer version.</exception>
    public static SqliteConnection Open(string path, IReadOnlyList<string> migrations, TimeSpan patience)
    {
        SqliteConnection? connection = null;
        try
        {
            Create(path);
            connection = new SqliteConnection(
                new SqliteConnectionStringBuilder
                {
                    DataSource = path,
                    Pooling = false,
                    DefaultTimeout = (int)Math.Max(1, Math.Ceiling(patience.TotalSeconds)),
                }.ToString()
            );
            connection.Open();
            // The page size counts only before the journal's mode is set and a table is made.
            Execute(
                connection,
                """
                PRAGMA page_size=16384;
                PRAGMA journal_mode=wal;
                PRAGMA synchronous=full;
                PRAGMA temp_store=memory;
                """
            );
            Migrate(connection, path, migrations);
            return connection;
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            throw exception is SqliteException or IOException or UnauthorizedAccessException
                ? Explain(path, exception)
                : exception;
        }
    }

    public static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Only our own literals come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static long Number(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // As above.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Says what is wrong with the file, and what to do.</summary>
    public static KeyStoreException Explain(string path, Exception exception) =>
        new(
            (exception as SqliteException)?.SqliteErrorCode switch
            {
                NotADatabase or Corrupt => $"'{path}' is damaged, or no SQLite database. Put a backup in its place, or "
                    + "move it away to start with an empty one.",
                Busy or Locked => $"'{path}' is locked by another process. Try again.",
                Full => $"The disk that holds '{path}' is full.",
                ReadOnly => $"'{path}' can't be written: it or its directory is read-only.",
                CantOpen =>
                    $"'{path}' can't be opened. Is it a file, and may this process read and write it and its directory?",
                _ => $"'{path}' can't be used: {exception.Message}",
            },
            exception
        );

    /// <summary>An empty file is an empty database. Made here so that others of this machine can't read it.</summary>
    private static void Create(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }

        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            // Shared, as another process may be starting too.
            options.Share = FileShare.ReadWrite;
            using var file = new FileStream(path, options);
        }
    }

    private static void Migrate(SqliteConnection connection, string path, IReadOnlyList<string> migrations)
    {
        // Immediate: of two processes that start at once, the second waits, and finds the work done.
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = Number(connection, "PRAGMA user_version", transaction);
        if (version > migrations.Count)
        {
            throw new KeyStoreException(
                $"'{path}' was written by a newer version of Callgate (its schema is {version}, this version knows "
                    + $"{migrations.Count}). Start that version, or name another file."
            );
        }

        if (
            version == 0
            && Number(connection, "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'", transaction) > 0
        )
        {
            throw new KeyStoreException(
                $"'{path}' is a database of something else: it has tables, but none of Callgate. Name another file."
            );
        }

        for (var step = (int)version; step < migrations.Count; step++)
        {
            Execute(connection, migrations[step], transaction);
            Execute(connection, $"PRAGMA user_version={step + 1}", transaction);
        }

        transaction.Commit();
    }
}
