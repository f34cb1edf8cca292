using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>Reads a request of the Responses API as a chat request. Source: the public OpenAPI description of <c>POST /v1/responses</c>.</summary>
/// <remarks>
/// <c>truncation</c>, <c>max_tool_calls</c>, <c>stream_options</c>, <c>reasoning.summary</c> and the fields of OpenAI's own prompt cache are
/// taken and have no effect on a chat model: an input that is too long is an error there, tools of OpenAI's aren't run, and reasoning is
/// shown as far as the model shows it. <c>metadata</c> is repeated in the answer.
/// </remarks>
internal sealed class ResponsesRequestReader
{
    private static readonly string[] s_known =
    [
        "model",
        "input",
        "instructions",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "max_output_tokens",
        "max_tool_calls",
        "temperature",
        "top_p",
        "top_logprobs",
        "text",
        "reasoning",
        "user",
        "store",
        "previous_response_id",
        "stream",
        "stream_options",
        "truncation",
        "service_tier",
        "include",
        "background",
        "conversation",
        "prompt",
        "context_management",
        "prompt_cache_options",
        "metadata",
        // Anthropic's name of the instructions, which nobody would look for here.
        "system",
    ];

    private LlmException? _untranslatable;

    /// <summary>Reads all that can be expressed, and notes in the envelope what can't.</summary>
    /// <exception cref="JsonException">It is no JSON, or no object.</exception>
    /// <exception cref="LlmBadRequestException">A field is missing, or of the wrong kind.</exception>
    public static ChatRequest Read(ReadOnlySpan<byte> body)
    {
        var root = JsonText.Parse(body);
        return root.ValueKind == JsonValueKind.Object
            ? new ResponsesRequestReader().Read(root)
            : throw new JsonException("The request is not an object.");
    }

    private ChatRequest Read(JsonElement root)
    {
        var fields = new FieldReader(root, "");
        var model = fields.RequiredString("model");
        NoteTheImpossible(fields);
        _ = fields.Object("metadata");
        var previous = fields.String("previous_response_id");
        var instructions = fields.String("instructions");
        var input = ReadInput(fields, previous);
        var reader = new InputReader(Refuse);
        reader.AddInstructions(instructions);
        for (var i = 0; i < input.Count; i++)
        {
            reader.Add(input[i], $"input[{i}]");
        }

        var (tools, custom) = InputTools.Read(fields, Refuse);
        var choice = InputTools.ReadChoice(fields, Refuse);
        var parallel = fields.Bool("parallel_tool_calls");
        var hasTools = tools is { Count: > 0 };
        var stream = fields.Bool("stream");
        var text = fields.Fields("text");
        return new ChatRequest
        {
            Model = model,
            Messages = reader.ToMessages(),
            MaxCompletionTokens = fields.Whole("max_output_tokens"),
            Temperature = fields.Number("temperature"),
            TopP = fields.Number("top_p"),
            User = fields.String("user"),
            // The chat format takes a choice only where there is one.
            Tools = hasTools ? tools : null,
            ToolChoice = hasTools ? choice : null,
            ParallelToolCalls = hasTools ? parallel : null,
            ResponseFormat = ReadFormat(text?.Fields("format")),
            ReasoningEffort = fields.Fields("reasoning")?.String("effort"),
            ServiceTier = fields.String("service_tier"),
            Stream = stream,
            // The answer's last event tells the usage.
            StreamOptions = stream == true ? new StreamOptions { IncludeUsage = true } : null,
            AdditionalProperties = ReadRest(fields, text?.String("verbosity")),
            Origin = new ResponsesEnvelope
            {
                Root = root,
                Store = fields.Bool("store") ?? true,
                PreviousResponseId = previous,
                Instructions = instructions,
                Input = input,
                NeedsHistory = previous is not null || reader.HasReferences,
                CustomTools = custom,
                Untranslatable = _untranslatable,
            },
        };
    }

    // The first that is found is the one to tell.
    private void Refuse(LlmException reason) => _untranslatable ??= reason;

    private void NoteTheImpossible(FieldReader fields)
    {
        if (fields.Bool("background") == true)
        {
            Refuse(
                Impossible(
                    "background",
                    "Responses in the background are not supported with this model: wait for the answer, or stream it."
                )
            );
        }

        if (fields.Has("conversation"))
        {
            Refuse(
                Impossible(
                    "conversation",
                    "Conversations are not supported with this model: use previous_response_id, or send all items as input."
                )
            );
        }

        if (fields.Has("prompt"))
        {
            Refuse(
                Impossible(
                    "prompt",
                    "Prompts that are stored at OpenAI cannot be had with this model: send their text as instructions and input."
                )
            );
        }

        if (fields.Has("context_management"))
        {
            Refuse(Impossible("context_management", "Context management is not supported with this model."));
        }
    }

    private static LlmException Impossible(string param, string message) =>
        ResponsesErrors.Invalid(param, message, "unsupported_parameter");

    private static IReadOnlyList<JsonElement> ReadInput(FieldReader fields, string? previous)
    {
        if (!fields.TryGet("input", out var input))
        {
            return previous is not null || fields.Has("prompt") || fields.Has("conversation")
                ? []
                : throw ResponsesErrors.Invalid(
                    "input",
                    "Missing required parameter: 'input'.",
                    "missing_required_parameter"
                );
        }

        return input.ValueKind switch
        {
            JsonValueKind.String => [StoredItems.MessageOf(input)],
            JsonValueKind.Array => [.. input.EnumerateArray()],
            _ => throw FieldReader.WrongKind("input", input, "a string or an array of items"),
        };
    }

    private static ResponseFormat? ReadFormat(FieldReader? given)
    {
        if (given is not { } format)
        {
            return null;
        }

        var type = format.RequiredString("type");
        switch (type)
        {
            case "text":
                return null;
            case "json_object":
                return new ResponseFormat { Type = type };
            case "json_schema":
                _ = format.RequiredString("name");
                _ = format.Object("schema");
                _ = format.Bool("strict");
                var schema = format.Rest("type")!;
                return new ResponseFormat { Type = type, JsonSchema = ObjectOf(schema) };
            default:
                throw ResponsesErrors.Invalid(
                    "text.format.type",
                    $"Invalid value: '{SafeText.Line(type)}'. Supported values are: 'text', 'json_object', and 'json_schema'.",
                    "invalid_value"
                );
        }
    }

    private static JsonElement ObjectOf(ExtraFields fields) =>
        JsonElement.Parse(
            $"{{{string.Join(',', fields.Select(f => $"{WireJson.ElementOf(f.Key).GetRawText()}:{f.Value.GetRawText()}"))}}}"
        );

    /// <summary>What goes on under a name of the chat format, and whatever isn't OpenAI's.</summary>
    private static ExtraFields? ReadRest(FieldReader fields, string? verbosity)
    {
        var rest = fields.Rest(s_known);
        if (verbosity is not null)
        {
            rest = (rest ?? []).With("verbosity", verbosity);
        }

        var top = fields.Whole("top_logprobs") ?? 0;
        if (top > 0)
        {
            rest = (rest ?? []).With("top_logprobs", top);
        }

        return top > 0 || Includes(fields, "message.output_text.logprobs") ? (rest ?? []).With("logprobs", true) : rest;
    }

    private static bool Includes(FieldReader fields, string what) =>
        fields.Array("include") is { } list
        && list.EnumerateArray().Any(i => i.ValueKind == JsonValueKind.String && i.ValueEquals(what));
}
