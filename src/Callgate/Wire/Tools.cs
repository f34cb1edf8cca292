using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>A tool that the model may call.</summary>
public sealed record ToolDefinition : WireObject
{
    /// <summary><c>function</c>; other types pass through in <see cref="WireObject.AdditionalProperties"/>.</summary>
    public string Type
    {
        get;
        // The deserializer sets what is missing to null.
        init => field = value ?? "function";
    } = "function";

    /// <summary>The function.</summary>
    public FunctionDefinition? Function { get; init; }

    /// <summary>Anthropic's cache mark.</summary>
    public JsonElement? CacheControl { get; init; }

    /// <summary>A function tool whose parameters are described by this JSON Schema.</summary>
    public static ToolDefinition FromFunction(
        string name,
        string? description = null,
        [StringSyntax(StringSyntaxAttribute.Json)] string? parametersSchema = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        using var schema = parametersSchema is null ? null : JsonDocument.Parse(parametersSchema);
        return new ToolDefinition
        {
            Function = new FunctionDefinition
            {
                Name = name,
                Description = description,
                Parameters = schema?.RootElement.Clone(),
            },
        };
    }
}

/// <summary>A function that the model may call.</summary>
public sealed record FunctionDefinition : WireObject
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, for the model.</summary>
    public string? Description { get; init; }

    /// <summary>Its parameters as a JSON Schema.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>Whether the arguments must follow the schema exactly.</summary>
    public bool? Strict { get; init; }
}

/// <summary>A call of a tool that the model asks for; in a stream, a piece of one.</summary>
public sealed record ToolCall : WireObject
{
    /// <summary>In a stream: which call of the message this piece belongs to.</summary>
    public int? Index { get; init; }

    /// <summary>The call's id; in a stream, on its first piece only.</summary>
    public string? Id { get; init; }

    /// <summary><c>function</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The function and its arguments.</summary>
    public FunctionCall? Function { get; init; }
}

/// <summary>A function's name and arguments.</summary>
public sealed record FunctionCall
{
    /// <summary>The function's name; in a stream, on the first piece only.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments as JSON text; in a stream, a piece of it.</summary>
    public string? Arguments { get; init; }
}
