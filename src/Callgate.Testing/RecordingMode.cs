namespace Callgate.Testing;

/// <summary>Which of the paired observers a <see cref="RecordingLogger"/> overrides.</summary>
public enum RecordingMode
{
    /// <summary>Both of each pair: a sync call fires the sync ones, an async call the async ones.</summary>
    Both,

    /// <summary>The sync ones only: they fire for async calls too.</summary>
    SyncOnly,

    /// <summary>The async ones only: they fire for sync calls too.</summary>
    AsyncOnly,
}
