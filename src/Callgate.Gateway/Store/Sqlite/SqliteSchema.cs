namespace Callgate.Gateway.Store.Sqlite;

/// <summary>What the gateway's SQLite file holds.</summary>
internal static class SqliteSchema
{
    /// <summary>The steps that make it. One that was released is never changed: add another.</summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
            CREATE TABLE keys (
                token TEXT NOT NULL PRIMARY KEY,
                key_name TEXT NOT NULL,
                key_alias TEXT,
                models TEXT NOT NULL,
                aliases TEXT NOT NULL,
                metadata TEXT NOT NULL,
                user_id TEXT,
                team_id TEXT,
                organization_id TEXT,
                spend TEXT NOT NULL,
                expires INTEGER,
                blocked INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                created_by TEXT,
                updated_at INTEGER NOT NULL,
                updated_by TEXT,
                version INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX keys_by_alias ON keys (key_alias) WHERE key_alias IS NOT NULL;
            CREATE INDEX keys_by_version ON keys (version);
            CREATE TABLE deleted_keys (token TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE INDEX deleted_keys_by_version ON deleted_keys (version);
            CREATE TABLE keys_version (version INTEGER NOT NULL) STRICT;
            INSERT INTO keys_version VALUES (1);
            """,
    ];
}
