using System.Runtime.InteropServices;
using System.Text.Json;
using Callgate.Formats.Responses;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Formats.Native;

/// <summary>OpenAI's responses.</summary>
internal sealed class ResponseReplies : NativeReplies
{
    public override ReplyFacts Scan(ReadOnlySpan<byte> body, string provider, string model)
    {
        var root = JsonElement.Parse(body);
        if (
            ResponsesReader.TextOf(root, "status") == "failed"
            || ResponsesReader.TryGet(root, "error", JsonValueKind.Object, out _)
        )
        {
            throw ResponsesReader.ErrorOf(provider, model, root);
        }

        return ResponsesReader.TryGet(root, "output", JsonValueKind.Array, out _)
            ? new ReplyFacts(
                ResponsesReader.TextOf(root, "id"),
                ResponsesReader.TextOf(root, "model"),
                new ModelFinder().Find(body),
                ResponsesUsage.Read(root),
                ResponsesReader.TextOf(root, "service_tier")
            )
            : throw new JsonException("The response has no output.");
    }

    public override StreamWatch Watch(ClientBody body, string provider, string model) =>
        new ResponseWatch(provider, model);

    public override LlmResponse Parse(LlmProvider provider, ClientBody request, ReadOnlySpan<byte> body) =>
        ResponsesReader.Read(provider.Name, request.Model, body);

    public override ChunkTranslator Translate(LlmProvider provider, ClientBody request) =>
        new ResponsesChunkTranslator(provider.Name, request.Model);

    public override ReadOnlyMemory<byte> AnswerIn(ReadOnlyMemory<byte> lastEvent)
    {
        using var events = new SseReader();
        events.Append(lastEvent.Span);
        return
            events.TryRead(out _, out var data)
            && ResponsesReader.TryGet(JsonElement.Parse(data), "response", JsonValueKind.Object, out var response)
            ? JsonMarshal.GetRawUtf8Value(response).ToArray()
            : default;
    }
}

/// <summary>Watches a stream of OpenAI's Responses API. Its last event has all of the answer, and is its end marker.</summary>
internal sealed class ResponseWatch(string provider, string model) : StreamWatch
{
    private readonly ModelFinder _model = new("response");
    private Usage? _usage;
    private string? _id;
    private long _count;

    public override Usage? Usage => _usage;

    public override StreamPoint? Passed => _id is null ? null : new StreamPoint(_id, _count);

    // A stream without it is broken.
    public override ReadOnlySpan<byte> EndFrame => default;

    public override StreamStep Look(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data, out Range modelAt)
    {
        modelAt = default;
        ThrowIfNoObject(data);
        switch (TypeOf(eventType, data))
        {
            case var type when type.SequenceEqual("response.created"u8):
                _id = ResponsesReader.TextOf(ResponseIn(data), "id");
                modelAt = _model.Find(data);
                break;
            case var type when type.SequenceEqual("response.in_progress"u8) || type.SequenceEqual("response.queued"u8):
                modelAt = _model.Find(data);
                break;
            case var type
                when type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.incomplete"u8):
                var response = ResponseIn(data);
                _usage = ResponsesUsage.Read(response);
                ServiceTier = ResponsesReader.TextOf(response, "service_tier");
                IsComplete = true;
                modelAt = _model.Find(data);
                return StreamStep.End;
            case var type when type.SequenceEqual("response.failed"u8):
                throw ResponsesReader.ErrorOf(provider, model, ResponseIn(data));
            case var type when type.SequenceEqual("error"u8):
                throw ResponsesReader.ErrorOf(provider, model, Parse(data));
        }

        _count++;
        return StreamStep.Pass;
    }

    private static JsonElement ResponseIn(ReadOnlySpan<byte> data) =>
        ResponsesReader.TryGet(Parse(data), "response", JsonValueKind.Object, out var response)
            ? response
            : throw new JsonException("The event has no response.");
}
