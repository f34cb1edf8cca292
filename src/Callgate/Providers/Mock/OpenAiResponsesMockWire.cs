using System.Text.Json;

namespace Callgate.Providers.Mock;

/// <summary>The mock in the wire of OpenAI's Responses. Source: the public OpenAPI description and its examples of streams.</summary>
internal static class OpenAiResponsesMockWire
{
    public static MockReply Answer(MockRequest request, MockOptions options, DateTimeOffset now) =>
        request.Stream
            ? new MockReply
            {
                StatusCode = 200,
                ContentType = MockReply.EventStream,
                Headers = OpenAiMockWire.Headers(request),
                Events = Stream(request, options, now),
            }
            : new MockReply
            {
                StatusCode = 200,
                Headers = OpenAiMockWire.Headers(request),
                Body = MockWire.Write(json =>
                    OpenAiResponsesMockParts.WriteResponse(json, request, options, now, isCompleted: true)
                ),
            };

    private static IEnumerable<MockEvent> Stream(MockRequest request, MockOptions options, DateTimeOffset now)
    {
        var number = 0;
        var chunks = 0;
        yield return Whole("response.created", isCompleted: false);
        yield return Whole("response.in_progress", isCompleted: false);
        foreach (var e in Items())
        {
            yield return e;
            chunks += e.IsChunk ? 1 : 0;
            if (chunks == options.FailAfterChunks)
            {
                yield return Event(
                    "error",
                    json =>
                    {
                        json.WriteString("code", options.ErrorCode ?? "server_error");
                        json.WriteString("message", OpenAiMockWire.MessageOf(500, options.ErrorCode));
                        json.WriteNull("param");
                    }
                );
                yield break;
            }
        }

        yield return Whole("response.completed", isCompleted: true);

        IEnumerable<MockEvent> Items()
        {
            var index = 0;
            if (MockText.Answer(request, options) is { } text)
            {
                foreach (var e in Message(index++, text))
                {
                    yield return e;
                }
            }

            for (var i = 0; i < options.ToolCalls.Count; i++)
            {
                foreach (var e in Call(index++, i))
                {
                    yield return e;
                }
            }
        }

        IEnumerable<MockEvent> Message(int index, string text)
        {
            var id = OpenAiResponsesMockParts.MessageId(request);
            yield return Item(
                "response.output_item.added",
                index,
                json => OpenAiResponsesMockParts.WriteMessage(json, id, null)
            );
            yield return Part("response.content_part.added", "");
            foreach (var piece in MockText.Cut(text, options.ChunkSize))
            {
                yield return Text("response.output_text.delta", "delta", piece, isChunk: true);
            }

            yield return Text("response.output_text.done", "text", text, isChunk: false);
            yield return Part("response.content_part.done", text);
            yield return Item(
                "response.output_item.done",
                index,
                json => OpenAiResponsesMockParts.WriteMessage(json, id, text)
            );

            MockEvent Part(string type, string content) =>
                Event(
                    type,
                    json =>
                    {
                        OpenAiResponsesMockParts.WritePlace(json, id, index, isContent: true);
                        json.WritePropertyName("part");
                        OpenAiResponsesMockParts.WriteText(json, content);
                    }
                );

            MockEvent Text(string type, string name, string content, bool isChunk) =>
                Event(
                    type,
                    json =>
                    {
                        OpenAiResponsesMockParts.WritePlace(json, id, index, isContent: true);
                        json.WriteString(name, content);
                        json.WriteStartArray("logprobs");
                        json.WriteEndArray();
                    },
                    isChunk
                );
        }

        IEnumerable<MockEvent> Call(int index, int place)
        {
            var id = OpenAiResponsesMockParts.CallItemId(request, place);
            var call = options.ToolCalls[place];
            var arguments = call.Function?.Arguments ?? "{}";
            yield return Item(
                "response.output_item.added",
                index,
                json => OpenAiResponsesMockParts.WriteCall(json, id, call, place, null)
            );
            foreach (var piece in MockText.Cut(arguments, options.ChunkSize))
            {
                yield return Event(
                    "response.function_call_arguments.delta",
                    json =>
                    {
                        OpenAiResponsesMockParts.WritePlace(json, id, index, isContent: false);
                        json.WriteString("delta", piece);
                    },
                    isChunk: true
                );
            }

            yield return Event(
                "response.function_call_arguments.done",
                json =>
                {
                    OpenAiResponsesMockParts.WritePlace(json, id, index, isContent: false);
                    json.WriteString("name", call.Function?.Name ?? "");
                    json.WriteString("arguments", arguments);
                }
            );
            yield return Item(
                "response.output_item.done",
                index,
                json => OpenAiResponsesMockParts.WriteCall(json, id, call, place, arguments)
            );
        }

        MockEvent Whole(string type, bool isCompleted) =>
            Event(
                type,
                json =>
                {
                    json.WriteStartObject("response");
                    OpenAiResponsesMockParts.WriteResponse(json, request, options, now, isCompleted);
                    json.WriteEndObject();
                }
            );

        MockEvent Item(string type, int index, Action<Utf8JsonWriter> item) =>
            Event(
                type,
                json =>
                {
                    json.WriteNumber("output_index", index);
                    json.WritePropertyName("item");
                    item(json);
                }
            );

        MockEvent Event(string type, Action<Utf8JsonWriter> fields, bool isChunk = false) =>
            MockWire.Event(
                type,
                json =>
                {
                    fields(json);
                    json.WriteNumber("sequence_number", number++);
                },
                isChunk
            );
    }
}
