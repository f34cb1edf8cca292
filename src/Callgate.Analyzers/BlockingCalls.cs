using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Callgate.Analyzers;

/// <summary>Knows the calls of the base class library that hold a thread until something outside has happened.</summary>
internal static class BlockingCalls
{
    /// <summary>What blocks, in a word; null where nothing does.</summary>
    public static string? Find(IOperation operation) =>
        operation switch
        {
            IInvocationOperation call => OfMethod(call.TargetMethod, call.Instance?.Type),
            IPropertyReferenceOperation { Property: { Name: "Result" } property }
                when IsTask(property.ContainingType) => property.ContainingType.Name + ".Result",
            _ => null,
        };

    private static string? OfMethod(IMethodSymbol method, ITypeSymbol? receiver)
    {
        var type = method.ContainingType;
        var name = method.Name;
        var blocks = NameOf(type) switch
        {
            "System.Threading.Thread" => name is "Sleep" or "Join",
            "System.Threading.Tasks.Task" => name is "Wait" or "WaitAll" or "WaitAny",
            "System.IO.File" => !name.EndsWith("Async", StringComparison.Ordinal)
                && (StartsWith(name, "ReadAll") || StartsWith(name, "WriteAll") || StartsWith(name, "Append")),
            "System.Net.WebClient" => !name.EndsWith("Async", StringComparison.Ordinal)
                && (StartsWith(name, "Download") || StartsWith(name, "Upload") || StartsWith(name, "Open")),
            "System.Net.WebRequest" or "System.Net.HttpWebRequest" => name is "GetResponse" or "GetRequestStream",
            "System.Net.Http.HttpClient" or "System.Net.Http.HttpMessageInvoker" => name is "Send",
            _ => false,
        };
        if (!blocks && name == "GetResult" && IsAwaiter(type))
        {
            return "GetAwaiter().GetResult()";
        }

        blocks |= IsStreamCall(name) && DerivesFrom(receiver, IsSlowStream);
        blocks |= name is "ExecuteNonQuery" or "ExecuteScalar" or "ExecuteReader" && IsDatabase(receiver, "DbCommand");
        blocks |= name is "Open" && IsDatabase(receiver, "DbConnection");
        return blocks ? $"{(receiver ?? type).Name}.{name}" : null;
    }

    private static bool IsTask(ITypeSymbol type) =>
        NameOf(type) is "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask";

    /// <summary>Also the nested ones of <c>ConfigureAwait</c>.</summary>
    private static bool IsAwaiter(ITypeSymbol type) =>
        type.Name is "TaskAwaiter" or "ValueTaskAwaiter" or "ConfiguredTaskAwaiter" or "ConfiguredValueTaskAwaiter"
        && type.ContainingNamespace.ToDisplayString() == "System.Runtime.CompilerServices";

    private static bool IsStreamCall(string name) =>
        name is "Read" or "ReadByte" or "ReadExactly" or "ReadAtLeast" or "Write" or "WriteByte" or "Flush" or "CopyTo";

    /// <summary>A memory stream never waits; that a plain <c>Stream</c> does, nobody can tell.</summary>
    private static bool IsSlowStream(ITypeSymbol type) =>
        NameOf(type)
            is "System.IO.FileStream"
                or "System.Net.Sockets.NetworkStream"
                or "System.Net.Security.SslStream"
                or "System.IO.Pipes.PipeStream";

    private static bool IsDatabase(ITypeSymbol? type, string name) =>
        DerivesFrom(type, t => NameOf(t) == "System.Data.Common." + name)
        || (type is { TypeKind: TypeKind.Interface } && NameOf(type) == "System.Data.I" + name);

    private static bool DerivesFrom(ITypeSymbol? type, Func<ITypeSymbol, bool> isBase)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (isBase(t))
            {
                return true;
            }
        }

        return false;
    }

    private static bool StartsWith(string name, string start) => name.StartsWith(start, StringComparison.Ordinal);

    private static string NameOf(ITypeSymbol type) => $"{type.ContainingNamespace?.ToDisplayString()}.{type.Name}";
}
