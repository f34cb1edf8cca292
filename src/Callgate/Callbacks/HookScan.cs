using System.Reflection;
using System.Runtime.CompilerServices;

namespace Callgate;

/// <summary>A method that looks like a hook and overrides none.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Hook">The hook that is probably meant.</param>
/// <param name="Signature">How that one is overridden.</param>
internal sealed record HookLookalike(string Method, string Hook, string Signature);

/// <summary>Finds out which hooks a handler overrides, and which of its methods only look like hooks.</summary>
internal static class HookScan
{
    private static readonly Dictionary<string, MethodInfo> s_hooks = typeof(CustomLogger)
        .GetMethods()
        .Where(m => m.IsVirtual && m.DeclaringType == typeof(CustomLogger))
        .ToDictionary(m => m.Name, StringComparer.Ordinal);

    // Weak, so that callback code that is loaded and unloaded at run time isn't kept.
    private static readonly ConditionalWeakTable<Type, Scan> s_scans = [];

    public static Hooks HooksOf(CustomLogger handler) =>
        handler is IHookSource known ? known.Hooks : Of(handler).Overridden;

    public static IReadOnlyList<HookLookalike> LookalikesOf(CustomLogger handler) =>
        handler is IHookSource ? [] : Of(handler).Lookalikes;

    /// <summary>The names of these hooks, one by one.</summary>
    public static IEnumerable<string> NamesOf(Hooks hooks)
    {
        for (var rest = (ulong)hooks; rest != 0; rest &= rest - 1)
        {
            yield return ((Hooks)(rest & (~rest + 1))).ToString();
        }
    }

    private static Scan Of(CustomLogger handler)
    {
        var type = handler.GetType();
        return s_scans.TryGetValue(type, out var scan) ? scan : s_scans.GetValue(type, _ => Make(handler));
    }

    private static Scan Make(CustomLogger handler)
    {
        var hooks = Hooks.None;
        var others = new List<MethodInfo>();
        var methods = handler
            .GetType()
            .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static);
        foreach (var method in methods)
        {
            var declared = method.DeclaringType;
            if (declared == typeof(CustomLogger) || declared == typeof(object) || method.IsSpecialName)
            {
                continue;
            }

            if (!method.IsVirtual || method.GetBaseDefinition().DeclaringType != typeof(CustomLogger))
            {
                others.Add(method);
            }
            else if (Enum.TryParse<Hooks>(method.Name, out var hook))
            {
                hooks |= hook;
            }
        }

        var overridden = NamesOf(hooks).ToArray();
        return new Scan(hooks, [.. others.Select(m => LookalikeOf(m, overridden)).OfType<HookLookalike>()]);
    }

    private static HookLookalike? LookalikeOf(MethodInfo method, string[] overridden)
    {
        var returnsTask =
            typeof(Task).IsAssignableFrom(method.ReturnType) || PlainName(method.ReturnType) == nameof(ValueTask);
        var hook = HookNames.Nearest(method.Name, returnsTask, s_hooks.Keys, out var distance);
        // A forgotten `public` makes a method private; a helper is private too, but hardly has a hook's very name.
        return
            hook is null
            || (distance > 0 && !method.IsPublic)
            || HookNames.IsHelper(hook, distance, method.IsPublic, overridden)
            ? null
            : new HookLookalike(method.Name, hook, SignatureOf(s_hooks[hook]));
    }

    private static string SignatureOf(MethodInfo hook) =>
        $"public override {NameOf(hook.ReturnType)} {hook.Name}({string.Join(", ", hook.GetParameters().Select(p => $"{NameOf(p.ParameterType)} {p.Name}"))})";

    private static string NameOf(Type type) =>
        type == typeof(void) ? "void"
        : type == typeof(string) ? "string"
        : type.IsGenericType ? $"{PlainName(type)}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.Name;

    private static string PlainName(Type type) => type.Name.Split('`')[0];

    private sealed record Scan(Hooks Overridden, IReadOnlyList<HookLookalike> Lookalikes);
}
