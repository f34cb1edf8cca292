using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;

namespace Callgate.Gateway.UserCode;

/// <summary>
/// What users' code may refer to: the framework, Callgate, and the application's own assemblies. Their metadata is read
/// where it lies in memory, the only place where it is found in every kind of publish, single file included.
/// </summary>
internal static class CompilerReferences
{
    /// <summary>Where the framework's types are in truth. Nothing is compiled against these by name, so no list of references has them.</summary>
    private static readonly string[] s_implementations =
    [
        "System.Private.CoreLib",
        "System.Private.Uri",
        "System.Private.Xml",
        "System.Private.Xml.Linq",
        "System.Private.DataContractSerialization",
    ];

    // The assemblies are never unloaded, so neither is what is read of them.
    private static readonly Lazy<IReadOnlyList<MetadataReference>> s_all = new(() =>
        [.. Find().Select(Read).OfType<MetadataReference>()]
    );

    public static IReadOnlyList<MetadataReference> All => s_all.Value;

    private static IEnumerable<Assembly> Find()
    {
        var found = new Dictionary<string, Assembly>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in s_implementations.Concat(ReferencesOfTheGateway()))
        {
            Add(Load(name));
        }

        foreach (var loaded in AssemblyLoadContext.Default.Assemblies)
        {
            Add(loaded);
        }

        // An application that embeds the gateway: what it refers to may not be loaded yet.
        var rest = new Stack<Assembly>();
        for (var next = Assembly.GetEntryAssembly(); next is not null; rest.TryPop(out next))
        {
            Add(next);
            foreach (var name in next.GetReferencedAssemblies())
            {
                if (!found.ContainsKey(name.Name!) && Load(name.Name!) is { } assembly)
                {
                    rest.Push(assembly);
                }
            }
        }

        return found.Values;

        void Add(Assembly? assembly)
        {
            if (assembly is { IsDynamic: false } && assembly.GetName().Name is { } name)
            {
                found.TryAdd(name, assembly);
            }
        }
    }

    private static IEnumerable<string> ReferencesOfTheGateway()
    {
        using var list = typeof(CompilerReferences).Assembly.GetManifestResourceStream(
            "Callgate.Gateway.references.txt"
        )!;
        using var reader = new StreamReader(list);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }

        yield return typeof(CompilerReferences).Assembly.GetName().Name!;
    }

    private static Assembly? Load(string name)
    {
        try
        {
            return AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(name));
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            // Not part of this publish: then no code can use it.
            return null;
        }
    }

    private static unsafe PortableExecutableReference? Read(Assembly assembly) =>
        assembly.TryGetRawMetadata(out var metadata, out var length)
            ? AssemblyMetadata
                .Create(ModuleMetadata.CreateFromMetadata((nint)metadata, length))
                .GetReference(display: assembly.GetName().Name)
            : null;
}
