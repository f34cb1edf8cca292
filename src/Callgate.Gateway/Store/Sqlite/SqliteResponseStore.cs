using Callgate.Formats.Responses;
using Microsoft.Data.Sqlite;

namespace Callgate.Gateway.Store.Sqlite;

/// <summary>Keeps responses in a SQLite file of their own. Writes are one at a time; reads go beside them.</summary>
internal sealed class SqliteResponseStore : IResponseStore, IDisposable
{
    private const int Version = 2;

    /// <summary>The most that one save deletes of what is over: after a long rest, nobody waits for a month's worth.</summary>
    private const int DeletedAtOnce = 500;

    /// <summary>More than SQLite waits for its file.</summary>
    private static readonly TimeSpan s_longestSave = TimeSpan.FromSeconds(6);

    private readonly string _connectionString;
    private readonly TimeProvider _clock;
    private readonly ResponseStoreLimits _limits;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SqliteConnection _writer;
    private long _total;

    private SqliteResponseStore(string path, TimeProvider clock, ResponseStoreLimits limits)
    {
        _clock = clock;
        _limits = limits;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 5 }.ToString();
        _writer = new SqliteConnection(_connectionString);
    }

    /// <summary>Opens the file; makes it where there is none.</summary>
    /// <exception cref="IOException">It can't be opened, or is something else.</exception>
    public static SqliteResponseStore Open(string path, TimeProvider clock, ResponseStoreLimits? limits = null)
    {
        var store = new SqliteResponseStore(path, clock, limits ?? new ResponseStoreLimits());
        try
        {
            CreatePrivately(path);
            store.Prepare();
            return store;
        }
        catch (Exception e) when (e is SqliteException or UnauthorizedAccessException or IOException)
        {
            store.Dispose();
            throw new IOException(
                $"The stored responses cannot be opened in {path}: {e.Message} Make the file accessible, or move it away to begin a new one.",
                e
            );
        }
    }

    public async ValueTask<bool> SaveAsync(
        IReadOnlyList<StoredResponse> responses,
        CancellationToken cancellationToken
    ) => _limits.Allow(responses) && await WriteAsync(() => Save(responses), cancellationToken).ConfigureAwait(false);

    private bool Save(IReadOnlyList<StoredResponse> responses)
    {
        using var transaction = _writer.BeginTransaction();
        var total = _total;
        foreach (var response in responses)
        {
            total -= Delete("owner = $owner AND id = $id", response.Owner, response.Id);
            total += Insert(response);
        }

        total -= Delete("rowid IN (SELECT rowid FROM responses WHERE created < $oldest ORDER BY created LIMIT $most)");
        while (total > _limits.MaxTotalBytes)
        {
            total -= Delete("rowid = (SELECT rowid FROM responses ORDER BY created, rowid LIMIT 1)");
        }

        transaction.Commit();
        _total = total;
        return true;
    }

    public ValueTask<StoredResponse?> GetAsync(string owner, string id, CancellationToken cancellationToken)
    {
        try
        {
            return new(Find(owner, id));
        }
        catch (SqliteException e)
        {
            throw Failed("read", e);
        }
    }

    private StoredResponse? Find(string owner, string id)
    {
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT created, previous, input, body, upstream FROM responses WHERE owner = $owner AND id = $id AND created >= $oldest";
        Bind(command, owner, id);
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new StoredResponse(
                owner,
                id,
                reader.GetInt64(0),
                reader.IsDBNull(1) ? null : reader.GetString(1),
                reader.GetFieldValue<byte[]>(2),
                reader.GetFieldValue<byte[]>(3),
                reader.IsDBNull(4) ? null : reader.GetString(4)
            )
            : null;
    }

    public ValueTask<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken) =>
        WriteAsync(
            () =>
            {
                var deleted = Delete("owner = $owner AND id = $id AND created >= $oldest", owner, id);
                _total -= deleted;
                return deleted > 0;
            },
            cancellationToken
        );

    private async ValueTask<bool> WriteAsync(Func<bool> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return write();
        }
        catch (SqliteException e)
        {
            throw Failed("written", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static LlmException Failed(string what, SqliteException cause) =>
        LlmException.Create(
            LlmErrorKind.ServiceUnavailable,
            $"The stored responses could not be {what} (SQLite error {cause.SqliteErrorCode}): try again, or send all items as input.",
            new ErrorFacts(System.Net.HttpStatusCode.ServiceUnavailable, Code: "store_unavailable", IsRetryable: false),
            cause
        );

    /// <summary>Lets a save that is in progress end first. Those that wait for their turn fail.</summary>
    public void Dispose()
    {
        var isIdle = _writing.Wait(s_longestSave);
        _writer.Dispose();
        using (var any = new SqliteConnection(_connectionString))
        {
            SqliteConnection.ClearPool(any);
        }

        // Not disposed: whoever waits for it would do so for ever.
        if (isIdle)
        {
            _writing.Release();
        }
    }

    /// <summary>Conversations are nobody's but their owner's; SQLite gives the files beside this one the same mode.</summary>
    private static void CreatePrivately(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }

    private void Prepare()
    {
        _writer.Open();
        // The page size can't change once there is a write-ahead log.
        Run("PRAGMA page_size = 16384");
        Run("PRAGMA journal_mode = WAL");
        Run("PRAGMA synchronous = NORMAL");
        var version = Run("PRAGMA user_version");
        if (version > Version)
        {
            throw new IOException($"It was written by a newer version (format {version}, this one knows {Version}).");
        }

        if (version == 0)
        {
            Run(
                $"""
                BEGIN;
                CREATE TABLE responses (
                    owner TEXT NOT NULL,
                    id TEXT NOT NULL,
                    created INTEGER NOT NULL,
                    size INTEGER NOT NULL,
                    previous TEXT,
                    input BLOB NOT NULL,
                    body BLOB NOT NULL,
                    upstream TEXT,
                    UNIQUE (owner, id)
                );
                CREATE INDEX responses_by_age ON responses (created, size);
                PRAGMA user_version = {Version};
                COMMIT;
                """
            );
        }

        if (version == 1)
        {
            Run($"BEGIN; ALTER TABLE responses ADD COLUMN upstream TEXT; PRAGMA user_version = {Version}; COMMIT;");
        }

        _total = Run("SELECT COALESCE(SUM(size), 0) FROM responses");
    }

    private long Insert(StoredResponse response)
    {
        using var command = _writer.CreateCommand();
        command.CommandText =
            "INSERT INTO responses (owner, id, created, size, previous, input, body, upstream) VALUES ($owner, $id, $created, $size, $previous, $input, $body, $upstream)";
        command.Parameters.AddWithValue("$owner", response.Owner);
        command.Parameters.AddWithValue("$id", response.Id);
        command.Parameters.AddWithValue("$created", response.CreatedAt);
        command.Parameters.AddWithValue("$size", response.Size);
        command.Parameters.AddWithValue("$previous", (object?)response.PreviousId ?? DBNull.Value);
        command.Parameters.AddWithValue("$input", response.Input.ToArray());
        command.Parameters.AddWithValue("$body", response.Body.ToArray());
        command.Parameters.AddWithValue("$upstream", (object?)response.Upstream ?? DBNull.Value);
        command.ExecuteNonQuery();
        return response.Size;
    }

    /// <summary>Deletes, and gives the bytes that were deleted.</summary>
    private long Delete(string which, string owner = "", string id = "")
    {
        using var command = _writer.CreateCommand();
        command.CommandText = $"DELETE FROM responses WHERE {which} RETURNING size";
        Bind(command, owner, id);
        using var reader = command.ExecuteReader();
        long bytes = 0;
        while (reader.Read())
        {
            bytes += reader.GetInt64(0);
        }

        return bytes;
    }

    private void Bind(SqliteCommand command, string owner, string id)
    {
        command.Parameters.AddWithValue("$owner", owner);
        command.Parameters.AddWithValue("$id", id);
        command.Parameters.AddWithValue("$most", DeletedAtOnce);
        command.Parameters.AddWithValue(
            "$oldest",
            _clock.GetUtcNow().ToUnixTimeSeconds() - (long)_limits.Retention.TotalSeconds
        );
    }

    private long Run(string sql)
    {
        using var command = _writer.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is long number ? number : 0;
    }
}
