using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Endpoints;

/// <summary>The OpenAPI document, made from the routes that are mapped: what is listed is there, and what is there is listed.</summary>
internal static class OpenApiEndpoint
{
    private static readonly Dictionary<string, (string Field, string Example)> s_bodies = new(StringComparer.Ordinal)
    {
        ["chat"] = ("messages", """[{"role":"user","content":"Hello!"}]"""),
        ["completions"] = ("prompt", "\"Hello!\""),
        ["embeddings"] = ("input", "\"Hello!\""),
        ["messages"] = ("messages", """[{"role":"user","content":"Hello!"}]"""),
        ["responses"] = ("input", "\"Hello!\""),
    };

    /// <param name="group">Where it is mapped.</param>
    /// <param name="server">Knows the models, for the examples.</param>
    /// <param name="routes">All routes of the group, once they are mapped.</param>
    public static void Map(
        IEndpointRouteBuilder group,
        GatewayServer server,
        Func<IEnumerable<RouteEndpoint>> routes
    ) => group.MapGet("/openapi.json", http => Caller.WriteAsync(http, json => Write(json, server, routes())));

    private static void Write(Utf8JsonWriter json, GatewayServer server, IEnumerable<RouteEndpoint> routes)
    {
        json.WriteString("openapi", "3.1.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Callgate");
        json.WriteString("version", typeof(OpenApiEndpoint).Assembly.GetName().Version!.ToString(3));
        json.WriteString("description", "One API in front of every model.");
        json.WriteEndObject();
        json.WriteStartObject("components");
        json.WriteStartObject("securitySchemes");
        json.WriteStartObject("key");
        json.WriteString("type", "http");
        json.WriteString("scheme", "bearer");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("security");
        json.WriteStartObject();
        json.WriteStartArray("key");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("paths");
        foreach (var path in routes.GroupBy(r => PathOf(r)).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(path.Key);
            foreach (var route in path)
            {
                WriteOperation(json, server, route, path.Key);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // A catch-all is a plain parameter to those who read the document.
    private static string PathOf(RouteEndpoint route) =>
        "/" + route.RoutePattern.RawText!.TrimStart('/').Replace("{**", "{", StringComparison.Ordinal);

    private static void WriteOperation(Utf8JsonWriter json, GatewayServer server, RouteEndpoint route, string path)
    {
        var inference = route.Metadata.GetMetadata<InferenceRoute>();
        var method = route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
        json.WriteStartObject(method.ToLowerInvariant());
        json.WriteStartArray("tags");
        json.WriteStringValue(
            inference is not null ? "models"
            : path.StartsWith("/key/", StringComparison.Ordinal) ? "keys"
            : "gateway"
        );
        json.WriteEndArray();
        if (route.RoutePattern.Parameters.Count > 0)
        {
            json.WriteStartArray("parameters");
            foreach (var parameter in route.RoutePattern.Parameters)
            {
                json.WriteStartObject();
                json.WriteString("name", parameter.Name);
                json.WriteString("in", "path");
                json.WriteBoolean("required", true);
                WriteType(json, "schema", "string");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (method == "POST")
        {
            WriteBody(json, server, inference);
        }

        json.WriteStartObject("responses");
        json.WriteStartObject("200");
        json.WriteString("description", "OK");
        json.WriteStartObject("content");
        json.WriteStartObject("application/json");
        json.WriteEndObject();
        if (inference is { Streams: true })
        {
            json.WriteStartObject("text/event-stream");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("4XX");
        json.WriteString("description", "What is wrong, in the format of the endpoint.");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, GatewayServer server, InferenceRoute? inference)
    {
        json.WriteStartObject("requestBody");
        json.WriteBoolean("required", true);
        json.WriteStartObject("content");
        json.WriteStartObject("application/json");
        json.WriteStartObject("schema");
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", true);
        if (inference is not null)
        {
            var (field, example) = s_bodies[inference.Format.Name];
            json.WriteStartArray("required");
            json.WriteStringValue("model");
            json.WriteStringValue(field);
            json.WriteEndArray();
            json.WriteStartObject("properties");
            WriteType(json, "model", "string");
            json.WriteStartObject(field);
            json.WriteEndObject();
            if (inference.Streams)
            {
                WriteType(json, "stream", "boolean");
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("example");
            json.WriteString("model", ExampleModel(server));
            json.WritePropertyName(field);
            json.WriteRawValue(example);
            if (inference.Format.Name == "messages")
            {
                json.WriteNumber("max_tokens", 100);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string ExampleModel(GatewayServer server) =>
        server.Current.Config.Models.Names.FirstOrDefault(n => !n.Contains('*', StringComparison.Ordinal))
        ?? "mock/gpt-4o-mini";

    private static void WriteType(Utf8JsonWriter json, string name, string type)
    {
        json.WriteStartObject(name);
        json.WriteString("type", type);
        json.WriteEndObject();
    }
}
