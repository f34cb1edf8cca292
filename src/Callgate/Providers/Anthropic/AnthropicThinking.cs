using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// How much the model is to think, and the limit of tokens that belongs to it. A <c>thinking</c> setting goes on as it is.
/// A <c>reasoning_effort</c> becomes an effort on the models that take one, and a budget on the others.
/// </summary>
/// <param name="MaxTokens">The most tokens to generate.</param>
/// <param name="AsIs">The setting to send as it is.</param>
/// <param name="Type">The setting's type, where it is ours to choose.</param>
/// <param name="Budget">The budget in tokens, with the type <c>enabled</c>.</param>
/// <param name="Effort">The effort, for <c>output_config</c>.</param>
internal readonly record struct AnthropicThinking(
    int MaxTokens,
    JsonElement? AsIs,
    string? Type,
    int Budget,
    string? Effort
)
{
    /// <summary>Room for the answer where the limit is not the caller's.</summary>
    private const int AnswerTokens = 4096;

    /// <summary>Whether the model surely thinks: then Anthropic refuses to force a tool.</summary>
    public bool IsOn =>
        (AsIs is { ValueKind: JsonValueKind.Object } own ? own.StringOf("type") : Type) is "enabled" or "adaptive";

    public static AnthropicThinking Plan(ChatRequest request, ClaudeModel claude, string model)
    {
        var limit = request.MaxCompletionTokens ?? request.MaxTokens;
        var effort = request.ReasoningEffort;
        if (effort is not (null or "none" or "minimal" or "low" or "medium" or "high" or "xhigh" or "max"))
        {
            throw AnthropicErrors.Unsupported(
                model,
                "reasoning_effort must be none, minimal, low, medium, high, xhigh or max."
            );
        }

        if (request.Thinking is { } thinking && thinking.IsSomething())
        {
            var budget = BudgetOf(thinking);
            var max =
                limit
                ?? (
                    budget == 0 ? claude.DefaultMaxTokens : Math.Max(claude.DefaultMaxTokens, Sum(budget, AnswerTokens))
                );
            return new(max, thinking, null, 0, claude.ThinksAdaptively ? EffortOf(effort, claude) : null);
        }

        var plain = new AnthropicThinking(limit ?? claude.DefaultMaxTokens, null, null, 0, null);
        return effort switch
        {
            null => plain,
            "none" => plain with { Type = claude.ThinkingOff, Effort = claude.AlwaysThinks ? "low" : null },
            _ when claude.ThinksAdaptively => plain with { Type = "adaptive", Effort = EffortOf(effort, claude) },
            _ when IsWithinForeignTurn(request.Messages) => plain,
            _ => WithBudget(plain, effort, limit),
        };
    }

    private static AnthropicThinking WithBudget(AnthropicThinking plain, string effort, int? limit)
    {
        var budget = effort switch
        {
            "minimal" or "low" => 1024,
            "medium" => 2048,
            "high" => 4096,
            "xhigh" => 8192,
            _ => 16_384,
        };
        // The budget is part of the limit and must stay below it.
        var max =
            limit is { } own && own <= budget
                ? Sum(own, budget)
                : limit ?? Math.Max(plain.MaxTokens, budget + AnswerTokens);
        return plain with { MaxTokens = max, Type = "enabled", Budget = budget };
    }

    private static string? EffortOf(string? effort, ClaudeModel claude) =>
        effort switch
        {
            null or "none" => null,
            "minimal" => "low",
            "xhigh" when !claude.HasXHighEffort => "high",
            _ => effort,
        };

    /// <summary>
    /// Whether the tools' results answer a turn that was made without signed thinking, by another model for instance:
    /// a model with a budget refuses to think on in the midst of it.
    /// </summary>
    private static bool IsWithinForeignTurn(IReadOnlyList<Message> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            if (messages[i].Role == "assistant")
            {
                return messages[i].ToolCalls is { Count: > 0 }
                    && messages[i].ThinkingBlocks?.Any(AnthropicMessages.CanBeGivenBack) != true;
            }

            if (messages[i].Role != "tool")
            {
                return false;
            }
        }

        return false;
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        if (AsIs is { } own)
        {
            writer.Write("thinking", own);
        }
        else if (Type is not null)
        {
            writer.WriteStartObject("thinking"u8);
            writer.WriteString("type"u8, Type);
            if (Type == "enabled")
            {
                writer.WriteNumber("budget_tokens"u8, Budget);
            }
            else if (Type == "adaptive")
            {
                // Newer models leave the text out unless asked for it, and reasoning_content would be empty.
                writer.WriteString("display"u8, "summarized"u8);
            }

            writer.WriteEndObject();
        }
    }

    private static int BudgetOf(JsonElement thinking) =>
        thinking.ValueKind == JsonValueKind.Object
        && thinking.TryGet("budget_tokens", JsonValueKind.Number, out var budget)
        && budget.TryGetInt32(out var tokens)
        && tokens > 0
            ? tokens
            : 0;

    private static int Sum(int left, int right) => (int)Math.Min((long)left + right, int.MaxValue);
}
