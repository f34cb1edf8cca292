using System.Buffers;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>
/// The format of an endpoint that clients call: how its requests are read into the common tongue (OpenAI's chat format),
/// and how answers, streams and errors are written in it. Stateless; a stream's state lives in its <see cref="StreamEncoder"/>.
/// </summary>
internal abstract class ClientFormat
{
    /// <summary>The format's name, e.g. <c>messages</c>.</summary>
    public abstract string Name { get; }

    /// <summary>LiteLLM's name of the operation, e.g. <c>anthropic_messages</c>.</summary>
    public abstract string CallType { get; }

    /// <summary>Whether the request's <c>metadata</c> is for the gateway, as LiteLLM has it for the chat formats, and not the provider's.</summary>
    public virtual bool OwnsMetadata => true;

    /// <summary>Whether its calls embed; else they chat.</summary>
    public virtual bool IsEmbedding => false;

    /// <summary>Whether a stream's usage comes only to those who ask by <c>stream_options</c>.</summary>
    public virtual bool AsksForUsage => false;

    /// <summary>Reads a request into the common tongue. Unknown fields are kept in <see cref="WireObject.AdditionalProperties"/>.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is no JSON, or not of this format.</exception>
    /// <exception cref="LlmBadRequestException">It asks for what can't be expressed; the message says what, and names the field.</exception>
    public abstract LlmRequest ReadRequest(ReadOnlySpan<byte> body);

    /// <summary>Reads as much of a request as the common tongue can say: for hooks and routing, where its provider may speak this format itself.</summary>
    public virtual LlmRequest ReadView(ReadOnlySpan<byte> body) => ReadRequest(body);

    /// <summary>Refuses what <see cref="ReadView"/> has left unsaid.</summary>
    /// <exception cref="LlmBadRequestException">It asks for what can't be expressed.</exception>
    public virtual void EnsureTranslatable(LlmRequest view) { }

    /// <summary>Whether a request's bytes may go to a deployment that speaks this format.</summary>
    public virtual bool MayPass(ClientBody body, Deployment deployment) => true;

    /// <summary>The id of the deployment that keeps what a request builds on, and so is to be asked first; null or empty where there is none.</summary>
    public virtual string? HomeOf(ClientBody body) => null;

    /// <summary>Writes a whole answer.</summary>
    public abstract void WriteResponse(IBufferWriter<byte> output, LlmResponse response, FormatContext context);

    /// <summary>Begins a stream.</summary>
    public abstract StreamEncoder EncodeStream(FormatContext context);

    /// <summary>Writes the body of an HTTP error.</summary>
    public abstract void WriteError(IBufferWriter<byte> output, ErrorReply error);
}

/// <summary>Writes one stream as server-sent events: each call appends whole events, ready to be flushed.</summary>
internal abstract class StreamEncoder
{
    /// <summary>Writes what this chunk means to the client; perhaps nothing.</summary>
    public abstract void Write(IBufferWriter<byte> output, ChatChunk chunk);

    /// <summary>Writes the end of an answer that is whole: the frames that a client waits for. Called after the call's event has been appended.</summary>
    public abstract void Complete(IBufferWriter<byte> output);

    /// <summary>Writes an error frame. What was written must not look complete.</summary>
    public abstract void Fail(IBufferWriter<byte> output, ErrorReply error);

    /// <summary>After <see cref="Complete"/>: the answer as the unary endpoint would have written it; empty where the format keeps none.</summary>
    public virtual ReadOnlyMemory<byte> Answer => default;
}

/// <summary>What a format needs to know besides the answer.</summary>
/// <param name="Request">The request, as its client wrote it, in the common tongue.</param>
/// <param name="Model">The model's name as the client is to see it.</param>
/// <param name="CallId">The call's id.</param>
/// <param name="Created">Unix seconds.</param>
internal sealed record FormatContext(LlmRequest Request, string Model, string CallId, long Created)
{
    /// <summary>For formats that say when an answer was whole.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How far a stream came whose bytes passed through, and that is now to be ended in our own words.</summary>
    public StreamPoint? Passed { get; init; }
}

/// <summary>A place in a stream of numbered events.</summary>
/// <param name="Id">The answer's id.</param>
/// <param name="Number">The next event's number.</param>
internal sealed record StreamPoint(string Id, long Number);

/// <summary>An error as a client is to see it; formats choose the words of its type.</summary>
/// <param name="StatusCode">The HTTP status, also of an error in mid-stream.</param>
/// <param name="Message">What happened and what to do. Holds no secret.</param>
/// <param name="Type">The type in OpenAI's words, e.g. <c>invalid_request_error</c>; null: by the status.</param>
/// <param name="Param">The parameter at fault.</param>
/// <param name="Code">A code, e.g. <c>model_not_found</c>.</param>
internal sealed record ErrorReply(
    int StatusCode,
    string Message,
    string? Type = null,
    string? Param = null,
    string? Code = null
);
