using System.Runtime.CompilerServices;
using NJsonSchema;

namespace Callgate.Tests.Events;

/// <summary>The published schema of events, found from wherever the tests run.</summary>
internal static class SchemaFile
{
    public static string Path { get; } = InRepository("docs", "schemas", "standard-logging-payload.v1.json");

    /// <summary>The schema as users have it.</summary>
    public static JsonSchema Published { get; } =
        JsonSchema.FromJsonAsync(File.ReadAllText(Path)).GetAwaiter().GetResult();

    /// <summary>The schema with nothing allowed beyond its properties, so that a field it doesn't know is found.</summary>
    public static JsonSchema Strict { get; } = MakeStrict();

    public static string InRepository(params string[] path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Callgate.slnx")))
            {
                return System.IO.Path.Combine([folder.FullName, .. path]);
            }
        }

        throw new FileNotFoundException("Callgate.slnx is in no folder above the tests.");
    }

    private static JsonSchema MakeStrict()
    {
        var schema = JsonSchema.FromJsonAsync(File.ReadAllText(Path)).GetAwaiter().GetResult();
        var pending = new Stack<JsonSchema>([schema]);
        while (pending.TryPop(out var next))
        {
            if (next.Properties.Count > 0)
            {
                next.AllowAdditionalProperties = false;
            }

            foreach (var property in next.Properties.Values)
            {
                pending.Push(property);
            }

            if (next.Item is { } item)
            {
                pending.Push(item);
            }
        }

        return schema;
    }
}
