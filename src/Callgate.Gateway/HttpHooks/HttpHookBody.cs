using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Gateway.HttpHooks;

/// <summary>What a service is told: version 1 of the contract in <c>docs/http-hooks.md</c>.</summary>
internal static class HttpHookBody
{
    private const int MostMetadataBytes = 64 << 10;

    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The body of an interceptor's request.</summary>
    /// <param name="hook">The hook's name.</param>
    /// <param name="context">What the hook is told.</param>
    /// <param name="withData">Whether the client's request goes along.</param>
    /// <param name="more">Writes what this hook is told besides.</param>
    public static ReadOnlyMemory<byte> Of<TContext>(
        string hook,
        TContext context,
        bool withData,
        Action<Utf8JsonWriter, TContext>? more
    )
        where TContext : GatewayHookContext
    {
        var body = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(body, s_options))
        {
            Begin(writer, hook, context.LitellmCallId, context.CallType);
            writer.WritePropertyName("user_api_key");
            Write(writer, context.UserApiKey);
            Metadata(writer, context.Metadata);
            if (withData)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue(RequestJson.Of(context.Data), skipInputValidation: true);
            }

            more?.Invoke(writer, context);
            writer.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    /// <summary>The body of an observer's request.</summary>
    public static ReadOnlyMemory<byte> Of(string hook, CallDetails call)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(body, s_options))
        {
            Begin(writer, hook, call.LitellmCallId, call.CallType);
            writer.WritePropertyName("event");
            call.StandardLoggingPayload.WriteTo(writer);
            writer.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    /// <summary>Writes an answer, or null.</summary>
    public static void Response(Utf8JsonWriter writer, LlmResponse? response)
    {
        writer.WritePropertyName("response");
        switch (response)
        {
            case null:
                writer.WriteNullValue();
                break;
            case ChatCompletion chat:
                JsonSerializer.Serialize(writer, chat, WireJson.Relaxed.ChatCompletion);
                break;
            case EmbeddingResponse embeddings:
                JsonSerializer.Serialize(writer, embeddings, WireJson.Relaxed.EmbeddingResponse);
                break;
            default:
                throw new HttpHookException(
                    $"An answer of type {response.GetType().Name} can't be sent to an HTTP hook."
                );
        }
    }

    private static void Begin(Utf8JsonWriter writer, string hook, string callId, string callType)
    {
        writer.WriteStartObject();
        writer.WriteString("version", "1");
        writer.WriteString("hook", hook);
        writer.WriteString("call_id", callId);
        writer.WriteString("call_type", callType);
    }

    private static void Metadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> metadata)
    {
        writer.WritePropertyName("metadata");
        var bounded = new BoundedJson(writer, PayloadLimits.Default, MostMetadataBytes, maskSecrets: true);
        MetadataJson.WriteEntries(writer, bounded, metadata);
    }

    private static void Write(Utf8JsonWriter writer, UserApiKey key)
    {
        writer.WriteStartObject();
        writer.WriteString("key_hash", key.KeyHash);
        writer.WriteString("key_alias", key.KeyAlias);
        writer.WriteString("user_id", key.UserId);
        writer.WriteString("user_email", key.UserEmail);
        writer.WriteString("team_id", key.TeamId);
        writer.WriteString("team_alias", key.TeamAlias);
        writer.WriteString("org_id", key.OrgId);
        writer.WriteString("end_user_id", key.EndUserId);
        writer.WriteStartArray("models");
        foreach (var model in key.Models)
        {
            writer.WriteStringValue(model);
        }

        writer.WriteEndArray();
        Metadata(writer, key.Metadata);
        writer.WriteNumber("spend", key.Spend);
        writer.WritePropertyName("max_budget");
        if (key.MaxBudget is { } budget)
        {
            writer.WriteNumberValue(budget);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteEndObject();
    }
}
