using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Callgate.Tests.Events;

/// <summary>Makes the schema of events from their types and the types' documentation.</summary>
internal static partial class SchemaGenerator
{
    private static readonly Dictionary<string, XElement> s_docs = XDocument
        .Load(Path.ChangeExtension(typeof(StandardLoggingPayload).Assembly.Location, ".xml"))
        .Descendants("member")
        .ToDictionary(m => m.Attribute("name")!.Value);

    /// <summary>What JSON a property that holds any JSON really has.</summary>
    private static readonly Dictionary<string, string[]> s_anyJson = new()
    {
        ["messages"] = ["array", "null"],
        ["response"] = ["object", "string", "null"],
        ["model_parameters"] = ["object"],
        ["requester_metadata"] = ["object", "null"],
        ["usage_object"] = ["object", "null"],
        ["additional_headers"] = ["object", "null"],
        ["web_search_options"] = ["object", "null"],
        ["file_search"] = ["object", "null"],
    };

    public static string Generate()
    {
        var body = Export(EventJson.Relaxed.Options, typeof(StandardLoggingPayload));
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["$id"] = "standard-logging-payload.v1.json",
            ["title"] = "Callgate's event of a call, in LiteLLM's StandardLoggingPayload format",
            ["description"] = Doc("T:Callgate.StandardLoggingPayload", "summary"),
        };
        foreach (var (name, value) in body)
        {
            schema[name] ??= value?.DeepClone();
        }

        return schema.ToJsonString(
                new JsonSerializerOptions
                {
                    WriteIndented = true,
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                }
            ) + "\n";
    }

    /// <summary>The fields as tables: of the event, of what is Callgate's own, and of an attempt; of the rest the names.</summary>
    public static string Markdown()
    {
        var schema = JsonNode.Parse(Generate())!.AsObject();
        var callgate = schema["properties"]!["callgate"]!.AsObject();
        var attempt = callgate["properties"]!["attempts"]!["items"]!.AsObject();
        var text = new StringBuilder();
        Table(text, schema);
        text.Append("\n### `callgate`\n\n");
        Table(text, callgate);
        text.Append("\n### `callgate.attempts[]`\n\n");
        Table(text, attempt);
        text.Append("\n### Fields of the other objects\n\n| object | fields |\n|---|---|\n");
        foreach (var (path, node) in Objects(schema, ""))
        {
            if (path is not ("callgate" or "callgate.attempts[]"))
            {
                var names = node["properties"]!.AsObject().Select(p => $"`{p.Key}`");
                text.Append($"| `{path}` | {string.Join(", ", names)} |\n");
            }
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, JsonObject schema)
    {
        text.Append("| field | type | meaning |\n|---|---|---|\n");
        foreach (var (name, node) in schema["properties"]!.AsObject())
        {
            text.Append($"| `{name}` | {TypeOf(node!.AsObject())} | {node["description"]} |\n");
        }
    }

    private static IEnumerable<(string Path, JsonObject Schema)> Objects(JsonObject schema, string prefix)
    {
        foreach (var (name, node) in schema["properties"]!.AsObject())
        {
            var isList = node!["items"] is not null;
            var inner = (isList ? node["items"]! : node).AsObject();
            if (inner["properties"] is null)
            {
                continue;
            }

            var path = $"{prefix}{name}{(isList ? "[]" : "")}";
            yield return (path, inner);
            foreach (var deeper in Objects(inner, $"{path}."))
            {
                yield return deeper;
            }
        }
    }

    private static string TypeOf(JsonObject field)
    {
        if (field["enum"] is JsonArray values)
        {
            return string.Join(", ", values.Select(v => v is null ? "null" : $"`{v}`"));
        }

        return field["type"] switch
        {
            JsonArray types => string.Join(" or ", types.Select(t => t!.ToString())),
            { } type => type.ToString(),
            null => "any",
        };
    }

    private static JsonObject Export(JsonSerializerOptions options, Type type) =>
        options
            .GetJsonSchemaAsNode(
                type,
                new JsonSchemaExporterOptions
                {
                    TreatNullObliviousAsNonNullable = true,
                    TransformSchemaNode = Transform,
                }
            )
            .AsObject();

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        var schema = node as JsonObject ?? [];
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(TokenUsage) || type == typeof(AppliedPrices))
        {
            if (context.TypeInfo.Options != Accounting.Compact)
            {
                schema = Export(Accounting.Compact, type);
                schema["type"] = type == typeof(AppliedPrices) ? new JsonArray("object", "null") : "object";
            }
        }
        else if (schema["properties"] is JsonObject properties)
        {
            schema["required"] = new JsonArray([.. properties.Select(p => JsonValue.Create(p.Key))]);
        }

        if (context.PropertyInfo is not { } property)
        {
            return schema;
        }

        if (type == typeof(JsonElement) && s_anyJson.TryGetValue(property.Name, out var types))
        {
            schema["type"] = types.Length == 1 ? types[0] : new JsonArray([.. types.Select(t => JsonValue.Create(t))]);
        }

        var member = (MemberInfo)property.AttributeProvider!;
        schema.Insert(0, "description", Doc($"P:{member.DeclaringType!.FullName}.{member.Name}", "summary", member));
        return schema;
    }

    private static string Doc(string id, string element, MemberInfo? member = null)
    {
        var doc = s_docs.GetValueOrDefault(id)?.Element(element);
        if (doc is null && member is not null)
        {
            // A record's parameter has no entry of its own.
            doc = s_docs
                .Where(d => d.Key.StartsWith($"M:{member.DeclaringType!.FullName}.#ctor(", StringComparison.Ordinal))
                .SelectMany(d => d.Value.Elements("param"))
                .FirstOrDefault(p => p.Attribute("name")!.Value == member.Name);
        }

        Assert.True(doc is not null, $"{id} has no documentation");
        var text = string.Concat(
            doc!
                .Nodes()
                .Select(n =>
                    n switch
                    {
                        XElement { Name.LocalName: "see" } see => NameOf(see.Attribute("cref")!.Value),
                        XElement e => e.Value,
                        _ => n.ToString(),
                    }
                )
        );
        return System.Net.WebUtility.HtmlDecode(Space().Replace(text, " ").Trim());
    }

    private static string NameOf(string cref) =>
        cref.StartsWith("P:", StringComparison.Ordinal)
            ? JsonNamingPolicy.SnakeCaseLower.ConvertName(cref.Split('.')[^1])
            : cref.Split('.')[^1];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
