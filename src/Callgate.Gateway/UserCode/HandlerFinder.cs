using System.Reflection;

namespace Callgate.Gateway.UserCode;

/// <summary>Finds the handler in a file's assembly: a static member that holds one, or a type to make one of.</summary>
internal static class HandlerFinder
{
    private const BindingFlags AnyStatic =
        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <param name="assembly">The assembly.</param>
    /// <param name="name">The name after the dot, in Python's or in .NET's casing; null: none was given.</param>
    /// <param name="file">The file, for messages.</param>
    public static (MemberInfo? Member, Type? Type) Find(Assembly assembly, string? name, string file)
    {
        var types = TypesOf(assembly, file).Where(t => !t.ContainsGenericParameters).ToList();
        var handlers = types.Where(t => t.IsSubclassOf(typeof(CustomLogger)) && !t.IsAbstract).ToList();
        if (name is not null)
        {
            var members = types.SelectMany(t => t.GetMembers(AnyStatic)).Where(IsReadable);
            if (Named(members, name, m => m.Name, file) is { } member)
            {
                return (member, null);
            }

            if (Named(handlers, name, t => t.FullName == name ? name : t.Name, file) is { } type)
            {
                return (null, type);
            }
        }

        return handlers.Count == 1
            ? (null, handlers[0])
            : throw new CallbackLoadException(
                handlers.Count == 0
                    ? $"{file} declares no class that derives from CustomLogger."
                    : $"{file} declares several callbacks{(name is null ? "" : $", and none is named '{name}'")}: {string.Join(", ", handlers.Select(t => t.FullName))}. Say which: './{Path.GetFileName(file)}:{handlers[0].Name}'."
            );
    }

    private static bool IsReadable(MemberInfo member) =>
        member is FieldInfo || (member is PropertyInfo { CanRead: true } p && p.GetIndexParameters().Length == 0);

    /// <summary>The one of that very name, or else the one that differs only in casing and underscores.</summary>
    private static T? Named<T>(IEnumerable<T> candidates, string name, Func<T, string> nameOf, string file)
        where T : MemberInfo
    {
        var alike = candidates.Where(c => Plain(nameOf(c)) == Plain(name)).ToList();
        var exact = alike.Where(c => nameOf(c) == name).ToList();
        var found = exact.Count > 0 ? exact : alike;
        return found.Count < 2
            ? found.SingleOrDefault()
            : throw new CallbackLoadException(
                $"'{name}' stands for several things in {file}: {string.Join(", ", found.Select(f => $"{f.DeclaringType?.Name}.{f.Name}".TrimStart('.')))}. Rename all but one."
            );
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private static Type[] TypesOf(Assembly assembly, string file)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            var causes = exception.LoaderExceptions.Select(e => e?.Message).OfType<string>().Distinct();
            throw new CallbackLoadException($"{file} can't be loaded: {string.Join(" ", causes)}");
        }
    }
}
