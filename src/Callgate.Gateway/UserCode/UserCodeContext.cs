using System.Reflection;
using System.Runtime.Loader;

namespace Callgate.Gateway.UserCode;

/// <summary>Holds one load of users' code, and can be unloaded. What the application has comes from the application, so that both sides mean the same types.</summary>
internal sealed class UserCodeContext(string name, string? assemblyPath)
    : AssemblyLoadContext(name, isCollectible: true)
{
    private readonly AssemblyDependencyResolver? _resolver = assemblyPath is null ? null : new(assemblyPath);

    public Assembly Load(byte[] assembly, byte[]? symbols)
    {
        using var code = new MemoryStream(assembly);
        using var pdb = symbols is null ? null : new MemoryStream(symbols);
        return LoadFromStream(code, pdb);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (_resolver is null || IsShared(assemblyName))
        {
            return null;
        }

        // Read, not mapped: the file may be replaced by a new build at any time.
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? Load(File.ReadAllBytes(path), null) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver?.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private static bool IsShared(AssemblyName name)
    {
        try
        {
            var shared = Default.LoadFromAssemblyName(new AssemblyName(name.Name!)).GetName();
            // A library's own, newer dependency is its own affair; Callgate's types are the contract.
            return shared.Version >= name.Version || name.Name!.StartsWith("Callgate", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            return false;
        }
    }
}
