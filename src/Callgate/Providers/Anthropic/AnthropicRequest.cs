using System.Buffers;
using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// Writes a chat request as a Messages API request.
/// </summary>
/// <remarks>
/// <para>
/// What OpenAI's format has and Anthropic's has not: fields that would change the answer are refused (<c>n</c> over 1, log
/// probabilities, penalties and a bias that aren't neutral, audio, the old <c>functions</c>); those that only hint are left out
/// (<c>seed</c>, <c>stream_options</c>, <c>store</c>, <c>verbosity</c>, <c>prediction</c>, cache keys). Of <c>metadata</c> only
/// <c>user_id</c> goes on. Every other field that Callgate doesn't know goes on as it is, <c>top_k</c> for instance.
/// </para>
/// <para>
/// <c>temperature</c> and <c>top_p</c> go on as they are: models that take none, or none while thinking, say so themselves.
/// </para>
/// </remarks>
internal static class AnthropicRequest
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly FrozenSet<string> s_leftOut = FrozenSet.Create(
        StringComparer.Ordinal,
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "modalities",
        "functions",
        "function_call",
        "store",
        "verbosity",
        "prediction",
        "prompt_cache_key",
        "prompt_cache_retention",
        "safety_identifier",
        "metadata",
        "output_config"
    );

    public static ReadOnlyMemory<byte> Write(ChatRequest request, string model, bool stream, bool dropParams = false)
    {
        RefuseTheImpossible(request, model, dropParams);
        var claude = ClaudeModel.Parse(model);
        var json = AnthropicFormat.ModeOf(request, claude, model);
        var thinking = AnthropicThinking.Plan(request, claude, model);

        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, s_options);
        writer.WriteStartObject();
        writer.WriteString("model"u8, model);
        writer.WriteNumber("max_tokens"u8, thinking.MaxTokens);
        if (stream)
        {
            writer.WriteBoolean("stream"u8, true);
        }

        var hasSystem = AnthropicMessages.WriteSystem(writer, request.Messages, json == JsonMode.Instruct);
        AnthropicMessages.Write(writer, request.Messages, model);
        AnthropicTools.Write(writer, request, json, thinking.IsOn, claude, model);
        WriteSampling(writer, request);
        thinking.WriteTo(writer);
        WriteOutputConfig(writer, request, thinking.Effort, json == JsonMode.Native);
        WriteUser(writer, request);
        WriteServiceTier(writer, request.ServiceTier);
        foreach (var (name, value) in request.AdditionalProperties ?? [])
        {
            var isWritten = (name == "system" && hasSystem) || (name == "stop_sequences" && request.Stop is not null);
            if (!isWritten && !s_leftOut.Contains(name))
            {
                writer.Write(name, value);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteSampling(Utf8JsonWriter writer, ChatRequest request)
    {
        if (request.Temperature is { } temperature)
        {
            writer.WriteNumber("temperature"u8, temperature);
        }

        if (request.TopP is { } topP)
        {
            writer.WriteNumber("top_p"u8, topP);
        }

        if (request.Stop is { } stop)
        {
            writer.WriteStartArray("stop_sequences"u8);
            // Anthropic refuses those that are blank.
            foreach (var text in stop.Where(s => !string.IsNullOrWhiteSpace(s)))
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }
    }

    /// <summary>The user's own <c>output_config</c> wins over what other fields are translated to.</summary>
    private static void WriteOutputConfig(Utf8JsonWriter writer, ChatRequest request, string? effort, bool hasSchema)
    {
        var own = Extra(request, "output_config");
        var isOwn = own.ValueKind == JsonValueKind.Object;
        if (!isOwn && effort is null && !hasSchema)
        {
            return;
        }

        writer.WriteStartObject("output_config"u8);
        if (isOwn)
        {
            foreach (var property in own.EnumerateObject())
            {
                property.WriteTo(writer);
            }
        }

        if (effort is not null && !(isOwn && own.TryGetProperty("effort", out _)))
        {
            writer.WriteString("effort"u8, effort);
        }

        if (hasSchema && !(isOwn && own.TryGetProperty("format", out _)))
        {
            writer.WritePropertyName("format"u8);
            AnthropicFormat.WriteFormat(writer, AnthropicFormat.SchemaOf(request.ResponseFormat));
        }

        writer.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter writer, ChatRequest request)
    {
        var metadata = Extra(request, "metadata");
        var fromMetadata = metadata.ValueKind == JsonValueKind.Object ? metadata.StringOf("user_id") : null;
        var safetyId = Extra(request, "safety_identifier");
        var user =
            fromMetadata ?? request.User ?? (safetyId.ValueKind == JsonValueKind.String ? safetyId.GetString() : null);
        if (!string.IsNullOrEmpty(user))
        {
            writer.WriteStartObject("metadata"u8);
            writer.WriteString("user_id"u8, user);
            writer.WriteEndObject();
        }
    }

    /// <summary>Anthropic knows only whether bought priority may be used: it has no slower, cheaper tier to choose.</summary>
    private static void WriteServiceTier(Utf8JsonWriter writer, string? tier)
    {
        if (tier is not null)
        {
            writer.WriteString(
                "service_tier"u8,
                tier is "default" or "flex" or "standard_only" ? "standard_only" : "auto"
            );
        }
    }

    private static void RefuseTheImpossible(ChatRequest request, string model, bool dropParams)
    {
        if (request.Messages.Count == 0)
        {
            throw AnthropicErrors.Unsupported(model, "A request to anthropic needs at least one message.");
        }

        var what =
            WantsAudio(Extra(request, "modalities")) ? "audio answers"
            : HasEntries(Extra(request, "functions")) ? "the old functions: use tools"
            : dropParams ? null
            : request.N is > 1 ? "more than one answer (n)"
            : request.PresencePenalty is not (null or 0) ? "presence_penalty"
            : request.FrequencyPenalty is not (null or 0) ? "frequency_penalty"
            : Extra(request, "logprobs").ValueKind == JsonValueKind.True ? "logprobs"
            : Extra(request, "top_logprobs") is { ValueKind: JsonValueKind.Number } top && top.GetDouble() > 0
                ? "top_logprobs"
            : HasEntries(Extra(request, "logit_bias")) ? "logit_bias"
            : null;
        if (what is not null)
        {
            throw AnthropicErrors.Unsupported(model, $"anthropic does not have {what}.");
        }
    }

    private static JsonElement Extra(ChatRequest request, string name) =>
        request.AdditionalProperties is { } extra && extra.TryGetValue(name, out var value) ? value : default;

    private static bool HasEntries(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Any(),
            JsonValueKind.Array => value.GetArrayLength() > 0,
            _ => false,
        };

    private static bool WantsAudio(JsonElement modalities) =>
        modalities.ValueKind == JsonValueKind.Array
        && modalities.EnumerateArray().Any(m => m.ValueKind == JsonValueKind.String && m.ValueEquals("audio"u8));
}
