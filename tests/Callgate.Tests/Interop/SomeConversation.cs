using System.Text.Json;
using Callgate.Wire;
using CsCheck;

namespace Callgate.Tests.Interop;

/// <summary>Generates wire messages in the form in which Callgate writes them.</summary>
internal static class SomeConversation
{
    private const string Pixel = "iVBORw0KGgo=";

    public static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char["abcdefgh ÄÖ\"\\\n{}漢"], 1, 20],
        Gen.OneOf("Hi", "What is the weather in Köln?", "😀 ok")
    );

    private static readonly Gen<string> s_id = Gen.String[Gen.Char["abc123"], 1, 8];

    private static readonly Gen<JsonElement> s_mark = Gen.Const(JsonElement.Parse("""{"type":"ephemeral"}"""));

    private static readonly Gen<ExtraFields?> s_extra = Gen.OneOf<ExtraFields?>(
        null,
        ExtraFields.Parse("""{"x_field":{"a":[1,null,"b"]},"flag":true}""")
    );

    private static readonly Gen<ContentPart> s_part = Gen.Select(
        Gen.OneOf(
            Text.Select(ContentPart.FromText),
            Gen.OneOf<string?>(null, "low", "high")
                .Select(d => ContentPart.FromImage($"data:image/png;base64,{Pixel}", d)),
            Gen.OneOf("https://x.test/a.png", "https://x.test/a?b=c", "https://x.test/%20ü.jpg")
                .Select(u => ContentPart.FromImage(u)),
            Gen.OneOf("wav", "mp3", "flac")
                .Select(f => new ContentPart
                {
                    Type = "input_audio",
                    InputAudio = new InputAudio { Data = "AAEC", Format = f },
                }),
            Gen.OneOf(
                new ContentPart
                {
                    Type = "file",
                    File = new InputFile { FileData = "data:application/pdf;base64,JVBERi0=", Filename = "a b.pdf" },
                },
                new ContentPart
                {
                    Type = "file",
                    File = new InputFile { FileId = "file-123" },
                },
                new ContentPart
                {
                    Type = "file",
                    File = new InputFile
                    {
                        FileId = "https://x.test/a.pdf",
                        AdditionalProperties = new ExtraFields().With("format", "application/pdf"),
                    },
                }
            )
        ),
        Gen.Nullable(s_mark),
        s_extra,
        (part, mark, extra) => part with { CacheControl = mark, AdditionalProperties = extra }
    );

    // A lone plain text part is written as text.
    private static readonly Gen<MessageContent> s_content = Gen.OneOf(
        Text.Select(t => new MessageContent(t)),
        s_part
            .List[1, 4]
            .Where(p => p is not [{ Type: "text", CacheControl: null, AdditionalProperties: null }])
            .Select(p => new MessageContent(p))
    );

    private static readonly Gen<string> s_arguments = Gen.OneOf(
        "{}",
        """{"city":"Köln","days":[1,2.50,1e3],"opts":{"metric":true,"x":null}}""",
        "{ \"city\" : \"K\\u00f6ln\" }",
        "{\"n\":12345678901234567890}"
    );

    private static readonly Gen<ToolCall> s_toolCall = Gen.Select(
        s_id,
        s_id,
        s_arguments,
        s_extra,
        (id, name, arguments, extra) =>
            new ToolCall
            {
                Id = id,
                Type = "function",
                Function = new FunctionCall { Name = name, Arguments = arguments },
                AdditionalProperties = extra,
            }
    );

    private static readonly Gen<ThinkingBlock> s_thinking = Gen.OneOf(
        Gen.Select(
            Text,
            s_id,
            (text, signature) =>
                new ThinkingBlock
                {
                    Type = "thinking",
                    Thinking = text,
                    Signature = signature,
                }
        ),
        s_id.Select(data => new ThinkingBlock { Type = "redacted_thinking", Data = data })
    );

    private static Gen<List<T>?> Some<T>(Gen<T> item) =>
        Gen.OneOf(Gen.Const((List<T>?)null), item.List[1, 3].Select(l => (List<T>?)l));

    private static readonly Gen<Message> s_said = Gen.Select(
        Gen.OneOf("system", "developer", "user"),
        s_content,
        Gen.Null(s_id),
        s_extra,
        (role, content, name, extra) =>
            new Message
            {
                Role = role,
                Content = content,
                Name = name,
                AdditionalProperties = extra,
            }
    );

    private static readonly Gen<Message> s_toolResult = Gen.Select(
        s_id,
        s_content,
        s_extra,
        (id, content, extra) => Message.Tool(id, content) with { AdditionalProperties = extra }
    );

    public static readonly Gen<Message> Answer = Gen.Select(
        Gen.Null(s_content),
        Some(s_toolCall),
        Some(s_thinking),
        Gen.Null(Text),
        Gen.Null(Text),
        s_extra,
        (content, calls, thinking, refusal, reasoning, extra) =>
            new Message
            {
                Role = "assistant",
                Content = content ?? (calls is null && refusal is null ? new MessageContent("") : null),
                ToolCalls = calls,
                Refusal = refusal,
                ThinkingBlocks = thinking,
                // Signed reasoning comes plain as well.
                ReasoningContent = string.Concat((thinking ?? []).Select(t => t.Thinking)) is { Length: > 0 } plain
                    ? plain
                    : reasoning,
                AdditionalProperties = extra,
            }
    );

    public static readonly Gen<List<Message>> Conversation = Gen.OneOf(s_said, Answer, s_toolResult).List[1, 6];

    private static readonly Gen<long?> s_count = Gen.Nullable(Gen.Long[0, 1000]);

    public static readonly Gen<Wire.Usage> Tokens = Gen.Select(
        Gen.Long[0, 100_000],
        Gen.Long[0, 100_000],
        Gen.Select(s_count, s_count, s_count, s_count, s_count)
            .Select(c => new PromptTokensDetails
            {
                CachedTokens = c.Item1,
                CacheCreationTokens = c.Item2,
                CacheCreation1hTokens = c.Item3,
                AudioTokens = c.Item4,
                ImageTokens = c.Item5,
                AdditionalProperties = new ExtraFields().With("video_tokens", 7),
            }),
        Gen.Select(s_count, s_count, s_count, s_count)
            .Select(c => new CompletionTokensDetails
            {
                ReasoningTokens = c.Item1,
                AudioTokens = c.Item2,
                ImageTokens = c.Item3,
                AcceptedPredictionTokens = c.Item4,
                RejectedPredictionTokens = c.Item4,
                AdditionalProperties = new ExtraFields().With("draft_tokens", 3),
            }),
        s_count,
        (prompt, completion, promptDetails, completionDetails, extra) =>
            new Wire.Usage
            {
                PromptTokens = prompt,
                CompletionTokens = completion,
                TotalTokens = prompt + completion,
                PromptTokensDetails = promptDetails,
                CompletionTokensDetails = completionDetails,
                AdditionalProperties = extra is { } n ? new ExtraFields().With("num_sources_used", n) : null,
            }
    );

    public static readonly Gen<ChatCompletion> Completion = Gen.Select(
        Answer,
        Gen.OneOf("stop", "length", "tool_calls", "content_filter", "pause_turn"),
        Gen.Null(Tokens),
        s_extra,
        (message, reason, usage, extra) =>
            new ChatCompletion
            {
                Id = "chatcmpl-1",
                Object = "chat.completion",
                Created = 1_760_000_000,
                Model = "gpt-4o-2024-08-06",
                ServiceTier = extra is null ? null : "flex",
                SystemFingerprint = extra is null ? null : "fp_1",
                Usage = usage,
                AdditionalProperties = extra,
                Choices = [new Choice { Message = message, FinishReason = reason }],
            }
    );
}
