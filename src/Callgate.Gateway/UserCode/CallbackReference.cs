using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;

namespace Callgate.Gateway.UserCode;

/// <summary>Where a callback's name in the configuration leads: to a file and perhaps a name in it, or to a type of the application.</summary>
internal sealed record CallbackTarget(string? FilePath, string? Member, Type? Type);

/// <summary>Finds out what a callback's name in the configuration means.</summary>
internal static partial class CallbackReference
{
    /// <param name="reference"><c>module.member</c>, <c>./file.cs</c>, <c>./file.dll</c> (both with <c>:Name</c> after it, if need be), <c>Namespace.Type, Assembly</c>, or <c>Namespace.Type</c>.</param>
    /// <param name="baseDirectory">The folder of the configuration file.</param>
    /// <exception cref="CallbackLoadException">It leads nowhere.</exception>
    public static CallbackTarget Resolve(string reference, string baseDirectory)
    {
        if (reference.Contains("://", StringComparison.Ordinal))
        {
            throw new CallbackLoadException(
                $"The callback '{reference}' is an address. Callbacks are loaded from files only: put the file beside the configuration, and name it there."
            );
        }

        if (reference.Contains(',', StringComparison.Ordinal))
        {
            return new CallbackTarget(null, null, AssemblyQualified(reference));
        }

        if (FileName().Match(reference) is { Success: true } file)
        {
            var path = Path.GetFullPath(Path.Combine(baseDirectory, file.Groups["path"].Value));
            var member = file.Groups["member"] is { Success: true } named ? named.Value : null;
            return path.EndsWith(".py", StringComparison.OrdinalIgnoreCase) ? throw IsPython(reference, path)
                : File.Exists(path) ? new CallbackTarget(path, member, null)
                : throw new CallbackLoadException(
                    $"The callback '{reference}' was not found: there is no file {path}."
                );
        }

        return Module(reference, baseDirectory, ".cs")
            ?? (Loaded(reference) is { } type ? new CallbackTarget(null, null, type) : null)
            ?? throw (
                Module(reference, baseDirectory, ".py") is { } python
                    ? IsPython(reference, python.FilePath!)
                    : NotFound(reference, baseDirectory)
            );
    }

    /// <summary>The file of <c>module.member</c>, or of <c>module</c>, as LiteLLM looks for it: <c>a.b.handler</c> is in <c>a/b.py</c>.</summary>
    private static CallbackTarget? Module(string reference, string baseDirectory, string extension)
    {
        if (!DottedName().IsMatch(reference))
        {
            return null;
        }

        var dot = reference.LastIndexOf('.');
        return (dot < 0 ? null : Of(reference[..dot], reference[(dot + 1)..])) ?? Of(reference, null);

        CallbackTarget? Of(string module, string? member) =>
            new[] { module.Replace('.', Path.DirectorySeparatorChar), module }
                .Select(m => Path.GetFullPath(Path.Combine(baseDirectory, m + extension)))
                .FirstOrDefault(File.Exists)
                is { } path
                ? new CallbackTarget(path, member, null)
                : null;
    }

    private static Type AssemblyQualified(string reference)
    {
        var (name, assembly) = (reference.Split(',')[0].Trim(), reference[(reference.IndexOf(',') + 1)..].Trim());
        try
        {
            return AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(assembly)).GetType(name)
                ?? throw new CallbackLoadException(
                    $"The callback '{reference}' was not found: {assembly} has no type {name}. Names of types have their namespace before them."
                );
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or ArgumentException)
        {
            throw new CallbackLoadException(
                $"The callback '{reference}' was not found: the application has no assembly {assembly}. If it is a file, name the file: './{assembly}.dll'."
            );
        }
    }

    private static Type? Loaded(string name)
    {
        var types = AssemblyLoadContext
            .Default.Assemblies.Where(a => !a.IsDynamic)
            .Select(a => a.GetType(name))
            .OfType<Type>()
            // Facades forward to the same one.
            .Distinct()
            .ToList();
        return types.Count < 2
            ? types.SingleOrDefault()
            : throw new CallbackLoadException(
                $"The callback '{name}' is in several assemblies: {string.Join(", ", types.Select(t => t.Assembly.GetName().Name))}. Say which: '{name}, {types[0].Assembly.GetName().Name}'."
            );
    }

    private static CallbackLoadException IsPython(string reference, string path) =>
        new(
            $"The callback '{reference}' is Python ({path}), which Callgate doesn't run. "
                + $"Port it to C#, as {Path.ChangeExtension(path, ".cs")}: the hooks have the same names in .NET casing, see docs/migrating-from-litellm.md. "
                + "Or let it run as a service, and call that as an HTTP hook: see docs/http-hooks.md."
        );

    private static CallbackLoadException NotFound(string reference, string baseDirectory)
    {
        var module = reference.Contains('.', StringComparison.Ordinal)
            ? reference[..reference.LastIndexOf('.')]
            : reference;
        return new CallbackLoadException(
            $"The callback '{reference}' was not found: there is no {Path.Combine(Path.GetFullPath(baseDirectory), module)}.cs, and the application has no type of that name. "
                + "Write it into that file, or name another file ('./guard.cs', './MyCallbacks.dll') or a type with its assembly ('MyApp.Guard, MyApp'): see docs/gateway-callbacks.md."
        );
    }

    [GeneratedRegex(@"^(?<path>.+\.(cs|dll|py))(:(?<member>[^:/\\]+))?$", RegexOptions.IgnoreCase)]
    private static partial Regex FileName();

    [GeneratedRegex(@"^\w+(\.\w+)*$")]
    private static partial Regex DottedName();
}
