using System.Runtime.InteropServices;

namespace Callgate.Gateway.UserCode;

/// <summary>Whose a file or folder is, which .NET doesn't tell: its own shim of the system's calls does, and is wherever .NET is.</summary>
internal static partial class FileOwner
{
    private const string Shim = "libSystem.Native";
    private const uint Root = 0;

    /// <summary>Whether it is this user's, or the administrator's, who could run code in any case; on Windows it always is.</summary>
    public static bool IsTrusted(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        try
        {
            return Stat(path, out var status) == 0 && (status.User == Root || status.User == GetEffectiveUser());
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport(Shim, EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Stat(string path, out FileStatus status);

    [LibraryImport(Shim, EntryPoint = "SystemNative_GetEUid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetEffectiveUser();

    /// <summary>As the shim declares it, with room to spare.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct FileStatus
    {
        [FieldOffset(8)]
        public uint User;
    }
}
