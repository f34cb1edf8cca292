using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;

namespace Callgate.Gateway.UserCode;

/// <summary>
/// Compiled callbacks on disk, one file each, so that an unchanged source starts at once. Made for several processes at once,
/// and never needed: what is missing, damaged, or not writable costs a compilation.
/// </summary>
internal sealed class CompiledCodeCache(string directory)
{
    private const string Extension = ".callback";
    private const int MostFiles = 64;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private static readonly byte[] s_mark = "callgate callback 1\n"u8.ToArray();

    /// <summary>The cache of this user: <c>CALLGATE_CACHE_DIR</c>, or the system's place for it; null where the user has no home.</summary>
    public static CompiledCodeCache? OfUser()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var root =
            Variable("CALLGATE_CACHE_DIR")
            ?? (
                OperatingSystem.IsWindows()
                    ? Under(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Callgate/cache")
                : OperatingSystem.IsMacOS() ? Under(home, "Library/Caches/callgate")
                : Under(Variable("XDG_CACHE_HOME") ?? Under(home, ".cache"), "callgate")
            );
        return root is null ? null : new CompiledCodeCache(Path.Combine(root, "callbacks"));

        static string? Variable(string name) =>
            Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && Path.IsPathFullyQualified(value)
                ? value
                : null;
        static string? Under(string? folder, string name) =>
            string.IsNullOrEmpty(folder) ? null : Path.Combine(folder, name);
    }

    /// <summary>Names what would be compiled. The path belongs to it, as stack traces show it; the gateway, as it chooses the compiler's settings.</summary>
    public static string KeyOf(string path, ReadOnlySpan<byte> source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(typeof(CompiledCodeCache).Module.ModuleVersionId.ToByteArray());
        hash.AppendData(Encoding.UTF8.GetBytes(path + "\0"));
        hash.AppendData(source);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The code, if it was compiled against just the assemblies that are here now.</summary>
    public CompiledCode? Read(string key)
    {
        try
        {
            var path = PathOf(key);
            // The file too: it may be of a time when the folder was open to others.
            var bytes = IsOursAlone(directory) && IsOursAlone(path) ? File.ReadAllBytes(path) : [];
            if (
                bytes.Length < s_mark.Length + SHA256.HashSizeInBytes
                || !bytes.AsSpan().StartsWith(s_mark)
                || !SHA256
                    .HashData(bytes.AsSpan(s_mark.Length + SHA256.HashSizeInBytes))
                    .AsSpan()
                    .SequenceEqual(bytes.AsSpan(s_mark.Length, SHA256.HashSizeInBytes))
            )
            {
                return null;
            }

            using var reader = new BinaryReader(
                new MemoryStream(
                    bytes,
                    s_mark.Length + SHA256.HashSizeInBytes,
                    bytes.Length - s_mark.Length - SHA256.HashSizeInBytes
                )
            );
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                if (VersionOf(reader.ReadString()) != new Guid(reader.ReadBytes(16)))
                {
                    return null;
                }
            }

            var code = new CompiledCode(reader.ReadBytes(reader.ReadInt32()), reader.ReadBytes(reader.ReadInt32()), []);
            Touch(path);
            return code;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The age tells which files nobody needs any more.</summary>
    private static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It can't be written to, and needn't be.
        }
    }

    /// <summary>Keeps the code.</summary>
    /// <returns>Why it could not be kept; null where it was.</returns>
    public string? Write(string key, CompiledCode code, IEnumerable<AssemblyName> references)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(
                    directory,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                );
            }

            if (!IsOursAlone(directory))
            {
                return $"others may write to {directory}, or own it, and what lies there is run";
            }

            var content = ContentOf(code, references);
            var temporary = $"{PathOf(key)}.{Path.GetRandomFileName()}";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(temporary, options))
            {
                file.Write(s_mark);
                file.Write(SHA256.HashData(content));
                file.Write(content);
            }

            // Renamed into place: another process reads the whole file, or none.
            File.Move(temporary, PathOf(key), overwrite: true);
            Prune();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private static byte[] ContentOf(CompiledCode code, IEnumerable<AssemblyName> references)
    {
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        var names = references.Select(r => r.Name!).ToList();
        writer.Write(names.Count);
        foreach (var name in names)
        {
            writer.Write(name);
            writer.Write((VersionOf(name) ?? Guid.Empty).ToByteArray());
        }

        writer.Write(code.Assembly.Length);
        writer.Write(code.Assembly);
        writer.Write(code.Symbols.Length);
        writer.Write(code.Symbols);
        return content.ToArray();
    }

    private static Guid? VersionOf(string assembly)
    {
        try
        {
            return AssemblyLoadContext
                .Default.LoadFromAssemblyName(new AssemblyName(assembly))
                .ManifestModule.ModuleVersionId;
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            return null;
        }
    }

    /// <summary>Whoever can write here can have code run by the gateway.</summary>
    private static bool IsOursAlone(string path) =>
        OperatingSystem.IsWindows()
        || (File.GetUnixFileMode(path) & OthersWrite) == UnixFileMode.None && FileOwner.IsTrusted(path);

    private void Prune()
    {
        foreach (
            var old in new DirectoryInfo(directory)
                .GetFiles("*" + Extension + "*")
                .OrderByDescending(f => f.LastWriteTimeUtc)
                .Skip(MostFiles)
        )
        {
            old.Delete();
        }
    }

    private string PathOf(string key) => Path.Combine(directory, key + Extension);
}
