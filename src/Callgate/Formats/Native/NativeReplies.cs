using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Formats.Native;

/// <summary>
/// The replies of a provider that speaks its client's own format. They pass through as they are: what the gateway has to know of
/// them (usage, model, end, errors) is picked out on the way.
/// </summary>
internal abstract class NativeReplies
{
    private static readonly ChatReplies s_chat = new();
    private static readonly EmbeddingReplies s_embeddings = new();
    private static readonly MessageReplies s_messages = new();
    private static readonly ResponseReplies s_responses = new();

    /// <summary>Those of a format; null where its replies don't pass through.</summary>
    public static NativeReplies? Of(ClientFormat format) =>
        format.Name switch
        {
            "chat" => s_chat,
            "embeddings" => s_embeddings,
            "messages" => s_messages,
            "responses" => s_responses,
            _ => null,
        };

    /// <summary>Looks over a whole reply.</summary>
    /// <param name="body">The reply.</param>
    /// <param name="provider">The provider, for errors.</param>
    /// <param name="model">The model that was called, for errors.</param>
    /// <exception cref="LlmException">It is an error, whatever its status said.</exception>
    /// <exception cref="System.Text.Json.JsonException">It is no answer.</exception>
    public abstract ReplyFacts Scan(ReadOnlySpan<byte> body, string provider, string model);

    /// <summary>Begins to watch a stream.</summary>
    public abstract StreamWatch Watch(ClientBody body, string provider, string model);

    /// <summary>The reply as a typed answer, for those who look.</summary>
    public virtual LlmResponse Parse(LlmProvider provider, ClientBody request, ReadOnlySpan<byte> body) =>
        provider.ReadResponse(Outline(request), body);

    /// <summary>Reads a stream as typed chunks, for those who look.</summary>
    public virtual ChunkTranslator Translate(LlmProvider provider, ClientBody request) =>
        provider.TranslateStream(Outline(request));

    /// <summary>The whole answer, where the event that ends a stream has it.</summary>
    public virtual ReadOnlyMemory<byte> AnswerIn(ReadOnlyMemory<byte> lastEvent) => default;

    /// <summary>All that an answer in this format depends on: reading the whole request for it would cost more than the answer.</summary>
    protected virtual LlmRequest Outline(ClientBody request) =>
        new ChatRequest { Model = request.Model, Messages = [] };
}

/// <summary>What the gateway has to know of a whole reply.</summary>
/// <param name="Id">The provider's id of it.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="ModelAt">Where the model's value stands, quotes included; empty where it isn't there.</param>
/// <param name="Usage">The usage; null where it isn't reported.</param>
/// <param name="ServiceTier">The tier that answered, in OpenAI's words.</param>
internal readonly record struct ReplyFacts(string? Id, string? Model, Range ModelAt, Usage? Usage, string? ServiceTier);
