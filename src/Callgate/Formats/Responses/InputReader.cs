using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>
/// Reads input items as the messages of a chat. Reasoning, text and calls are items of their own here, and parts of one assistant message
/// there, so neighbours are joined.
/// </summary>
/// <param name="refuse">Takes what can't be translated.</param>
internal sealed class InputReader(Action<LlmException> refuse)
{
    private readonly List<Message> _messages = [];
    private readonly List<ContentPart> _parts = [];
    private readonly List<ToolCall> _calls = [];
    private readonly List<ThinkingBlock> _thinking = [];
    private readonly List<string?> _reasoning = [];
    private readonly List<string> _refusals = [];

    /// <summary>Whether an item was a reference to one that is stored.</summary>
    public bool HasReferences { get; private set; }

    private bool HasSaid => _parts.Count > 0 || _refusals.Count > 0;

    public static bool IsReference(FieldReader item) =>
        item.String("type") is var type && (type == "item_reference" || type is null && !item.Has("role"));

    public void AddInstructions(string? instructions)
    {
        if (instructions is not null)
        {
            _messages.Add(Message.System(instructions));
        }
    }

    public void Add(JsonElement item, string path)
    {
        var fields = new FieldReader(item, path);
        if (IsReference(fields))
        {
            HasReferences = true;
            return;
        }

        var type = fields.String("type") ?? "message";
        switch (type)
        {
            case "message":
                AddMessage(fields);
                break;
            case "function_call":
                AddCall(fields, fields.RequiredString("arguments"));
                break;
            case "custom_tool_call":
                AddCall(fields, CustomInput.Wrap(fields.RequiredString("input")));
                break;
            case "function_call_output" or "custom_tool_call_output":
                AddCallOutput(fields);
                break;
            case "reasoning":
                AddReasoning(fields);
                break;
            // What was found or computed is told in the answer beside it: a conversation can go on without the record.
            case "web_search_call" or "file_search_call" or "code_interpreter_call":
                break;
            default:
                refuse(
                    ResponsesErrors.Invalid(
                        fields.PathOf("type"),
                        $"An item of the type '{SafeText.Line(type)}' cannot be translated for this model: it takes message, function_call, function_call_output, custom_tool_call, custom_tool_call_output, reasoning and item_reference.",
                        "unsupported_value"
                    )
                );
                break;
        }
    }

    public IReadOnlyList<Message> ToMessages()
    {
        EndAnswer();
        return _messages;
    }

    private void AddMessage(FieldReader fields)
    {
        var role = fields.RequiredString("role");
        if (!fields.TryGet("content", out var content))
        {
            throw ResponsesErrors.Invalid(
                fields.PathOf("content"),
                $"Missing required parameter: '{fields.PathOf("content")}'.",
                "missing_required_parameter"
            );
        }

        switch (role)
        {
            case "assistant":
                // Calls wait for their results, which must follow their message at once: what is said beside them belongs to it.
                if (HasSaid && _calls.Count == 0)
                {
                    EndAnswer();
                }

                var (parts, refusal) = InputContent.ReadAnswer(content, fields.PathOf("content"), refuse);
                _parts.AddRange(parts);
                if (refusal is not null)
                {
                    _refusals.Add(refusal);
                }

                break;
            case "user" or "system" or "developer":
                EndAnswer();
                _messages.Add(
                    new Message { Role = role, Content = InputContent.Read(content, fields.PathOf("content"), refuse) }
                );
                break;
            default:
                throw ResponsesErrors.Invalid(
                    fields.PathOf("role"),
                    $"Invalid value: '{SafeText.Line(role)}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
                    "invalid_value"
                );
        }
    }

    private void AddCall(FieldReader fields, string arguments) =>
        _calls.Add(
            new ToolCall
            {
                Id = fields.RequiredString("call_id"),
                Type = "function",
                Function = new FunctionCall { Name = fields.RequiredString("name"), Arguments = arguments },
            }
        );

    private void AddCallOutput(FieldReader fields)
    {
        EndAnswer();
        if (!fields.TryGet("output", out var output))
        {
            throw ResponsesErrors.Invalid(
                fields.PathOf("output"),
                $"Missing required parameter: '{fields.PathOf("output")}'.",
                "missing_required_parameter"
            );
        }

        _messages.Add(
            new Message
            {
                Role = "tool",
                ToolCallId = fields.RequiredString("call_id"),
                Content = InputContent.Read(output, fields.PathOf("output"), refuse),
            }
        );
    }

    private void AddReasoning(FieldReader fields)
    {
        if (HasSaid && _calls.Count == 0)
        {
            EndAnswer();
        }

        var text = ReasoningText.Of(fields);
        switch (fields.String("encrypted_content"))
        {
            case { } seal when !ReasoningSeal.IsForeign(seal):
                var block = ReasoningSeal.Open(seal, text);
                _thinking.Add(block);
                _reasoning.Add(block.Thinking);
                break;
            // What another model has sealed, no chat model can open; its summary alone was never the model's own words.
            case null:
                _reasoning.Add(text);
                break;
        }
    }

    private void EndAnswer()
    {
        var reasoning = string.Concat(_reasoning);
        if (HasSaid || _calls.Count > 0 || _thinking.Count > 0 || reasoning.Length > 0)
        {
            _messages.Add(
                new Message
                {
                    Role = "assistant",
                    Content = _parts.Count == 0 ? null : InputContent.ContentOf([.. _parts]),
                    Refusal = _refusals.Count == 0 ? null : string.Concat(_refusals),
                    ToolCalls = _calls.Count == 0 ? null : [.. _calls],
                    ThinkingBlocks = _thinking.Count == 0 ? null : [.. _thinking],
                    ReasoningContent = reasoning.Length == 0 ? null : reasoning,
                }
            );
        }

        _parts.Clear();
        _calls.Clear();
        _thinking.Clear();
        _reasoning.Clear();
        _refusals.Clear();
    }
}
