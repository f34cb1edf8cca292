using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Providers.OpenAi;

/// <summary>
/// Says what a request in Anthropic's format asks for in OpenAI's words. OpenAI refuses fields that it doesn't know, so what only hints is
/// left out (cache marks, <c>top_k</c>, thinking of earlier turns), and what would change the answer is refused.
/// </summary>
internal static class AnthropicToOpenAi
{
    private const int LongestUser = 64;

    /// <summary>Anthropic's own fields; others are the user's own affair.</summary>
    private static readonly FrozenSet<string> s_leftOut = FrozenSet.Create(
        StringComparer.Ordinal,
        "top_k",
        "output_config",
        "output_format",
        "metadata",
        "cache_control",
        "container",
        "context_management",
        "mcp_servers",
        "diagnostics",
        "inference_geo",
        "speed",
        "user_profile_id",
        "workspace_id",
        "betas",
        "anthropic_version",
        "anthropic_beta"
    );

    public static ChatRequest Translate(ChatRequest request, string model)
    {
        var hasTools = request.Tools is { Count: > 0 };
        var reasons = Reasons(model);
        return request with
        {
            Messages = AnthropicToOpenAiMessages.Translate(request.Messages),
            // Those models refuse the older name.
            MaxTokens = reasons ? null : request.MaxTokens,
            MaxCompletionTokens = reasons ? request.MaxCompletionTokens ?? request.MaxTokens : null,
            Tools = hasTools ? [.. request.Tools!.Select(Translate)] : null,
            // OpenAI refuses these two without tools.
            ToolChoice = hasTools ? request.ToolChoice : null,
            ParallelToolCalls = hasTools ? request.ParallelToolCalls : null,
            ResponseFormat = request.ResponseFormat ?? FormatOf(request),
            ReasoningEffort = reasons ? request.ReasoningEffort ?? EffortOf(request) : null,
            Thinking = null,
            User = request.User is { Length: > LongestUser } user ? Short(user) : request.User,
            ServiceTier = request.ServiceTier == "standard_only" ? "default" : request.ServiceTier,
            AdditionalProperties = Rest(request.AdditionalProperties),
        };
    }

    private static bool Reasons(string model) =>
        model.StartsWith("gpt-5", StringComparison.OrdinalIgnoreCase)
        || (model is ['o' or 'O', var digit, ..] && char.IsAsciiDigit(digit));

    private static ToolDefinition Translate(ToolDefinition tool) =>
        tool.Function is { } function
            ? new ToolDefinition { Function = function with { AdditionalProperties = null } }
            : throw LlmException.Create(
                LlmErrorKind.BadRequest,
                $"The tool {SafeText.Line(tool.Type)} is run by Anthropic's servers; this model's provider has no such tool. Leave it out, or call a Claude model.",
                new ErrorFacts(Param: "tools", Code: "invalid_request")
            );

    private static string? EffortOf(ChatRequest request)
    {
        if (OutputConfig(request).StringOf("effort") is { } effort)
        {
            return effort == "max" ? "xhigh" : effort;
        }

        if (request.Thinking is not { ValueKind: JsonValueKind.Object } thinking)
        {
            return null;
        }

        var budget =
            thinking.TryGet("budget_tokens", JsonValueKind.Number, out var given) && given.TryGetInt32(out var tokens)
                ? tokens
                : 0;
        // The budgets that an effort becomes on the way to Anthropic.
        return thinking.StringOf("type") != "enabled" ? null
            : budget <= 1024 ? "low"
            : budget <= 2048 ? "medium"
            : "high";
    }

    private static ResponseFormat? FormatOf(ChatRequest request)
    {
        if (
            !OutputConfig(request).TryGet("format", JsonValueKind.Object, out var format)
            || !format.TryGet("schema", JsonValueKind.Object, out var schema)
        )
        {
            return null;
        }

        return new ResponseFormat
        {
            Type = "json_schema",
            JsonSchema = JsonElement.Parse($$"""{"name":"answer","strict":true,"schema":{{schema.GetRawText()}}}"""),
        };
    }

    private static JsonElement OutputConfig(ChatRequest request) =>
        request.AdditionalProperties is { } extra
        && extra.TryGetValue("output_config", out var config)
        && config.ValueKind == JsonValueKind.Object
            ? config
            : JsonElement.Parse("{}"u8);

    /// <summary>The same user has the same name again.</summary>
    private static string Short(string user) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user)));

    private static ExtraFields? Rest(ExtraFields? extra)
    {
        ExtraFields? rest = null;
        foreach (var (name, value) in extra ?? [])
        {
            if (!s_leftOut.Contains(name))
            {
                (rest ??= new ExtraFields()).Set(name, value);
            }
        }

        return rest;
    }
}
