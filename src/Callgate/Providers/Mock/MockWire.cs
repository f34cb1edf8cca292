using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Callgate.Providers.Mock;

/// <summary>The endpoints that the mock knows.</summary>
internal enum MockEndpoint
{
    Unknown,
    ChatCompletions,
    Completions,
    Responses,
    Embeddings,
    Models,
    Messages,
    CountTokens,
}

/// <summary>What a provider would answer to a request: pure, so that the in-process handler and a server share it.</summary>
internal static class MockWire
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static MockEndpoint EndpointOf(string path) =>
        path.EndsWith("/chat/completions", StringComparison.Ordinal) ? MockEndpoint.ChatCompletions
        : path.EndsWith("/completions", StringComparison.Ordinal) ? MockEndpoint.Completions
        : path.EndsWith("/responses", StringComparison.Ordinal) ? MockEndpoint.Responses
        : path.EndsWith("/embeddings", StringComparison.Ordinal) ? MockEndpoint.Embeddings
        : path.EndsWith("/messages", StringComparison.Ordinal) ? MockEndpoint.Messages
        : path.EndsWith("/messages/count_tokens", StringComparison.Ordinal) ? MockEndpoint.CountTokens
        : path.EndsWith("/models", StringComparison.Ordinal) || path.Contains("/models/", StringComparison.Ordinal)
            ? MockEndpoint.Models
        : MockEndpoint.Unknown;

    /// <summary>Whether the endpoint is one of Anthropic's.</summary>
    public static bool IsAnthropic(MockEndpoint endpoint) =>
        endpoint is MockEndpoint.Messages or MockEndpoint.CountTokens;

    /// <summary>Answers a request.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The address's path.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="options">What to answer.</param>
    /// <param name="fail">Whether it is one of the requests that get <see cref="MockOptions.ErrorStatus"/>.</param>
    /// <param name="now">The time to put into the answer.</param>
    public static MockReply Answer(
        string method,
        string path,
        ReadOnlyMemory<byte> body,
        MockOptions options,
        bool fail,
        DateTimeOffset now
    )
    {
        var endpoint = EndpointOf(path);
        if (fail)
        {
            return Error(path, options.ErrorStatus ?? 500, options.ErrorCode);
        }

        if (endpoint == MockEndpoint.Unknown)
        {
            return Error(path, 404, null, $"Invalid URL ({method} {path})");
        }

        if (method != (endpoint == MockEndpoint.Models ? "GET" : "POST"))
        {
            return Error(path, 405, null, $"Not allowed to {method} on {path}");
        }

        if (endpoint == MockEndpoint.Models)
        {
            return OpenAiModelsMockWire.Answer(path);
        }

        MockRequest request;
        try
        {
            request = MockRequest.Read(endpoint, path, body);
            request.ThrowIfTooLong(endpoint, options);
        }
        catch (JsonException)
        {
            return Error(path, 400, null, "We could not parse the JSON body of your request.");
        }
        catch (MockRefusal refusal)
        {
            return Error(path, 400, null, refusal.Message, refusal.Parameter);
        }

        return endpoint switch
        {
            MockEndpoint.Messages => AnthropicMockWire.Answer(request, options),
            MockEndpoint.CountTokens => AnthropicMockWire.Count(request, options),
            MockEndpoint.Completions => OpenAiCompletionsMockWire.Answer(request, options, now),
            MockEndpoint.Responses => OpenAiResponsesMockWire.Answer(request, options, now),
            MockEndpoint.Embeddings => OpenAiMockWire.Embed(request, options),
            _ => OpenAiMockWire.Answer(request, options, now),
        };
    }

    /// <summary>An error in the format of the endpoint that was called.</summary>
    public static MockReply Error(
        string path,
        int status,
        string? code,
        string? message = null,
        string? parameter = null
    ) =>
        IsAnthropic(EndpointOf(path))
            ? AnthropicMockWire.Error(status, code, message)
            : OpenAiMockWire.Error(status, code, message, parameter);

    /// <summary>An event with a name, which its data repeats as its type.</summary>
    public static MockEvent Event(string type, Action<Utf8JsonWriter> fields, bool isChunk = false) =>
        new(
            Write(
                System.Text.Encoding.UTF8.GetBytes($"event: {type}\ndata: "),
                json =>
                {
                    json.WriteString("type", type);
                    fields(json);
                },
                "\n\n"u8
            ),
            isChunk
        );

    /// <summary>Writes one JSON object.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> fields) => Write([], fields, []);

    /// <summary>Writes one JSON object between two texts.</summary>
    public static ReadOnlyMemory<byte> Write(
        ReadOnlySpan<byte> before,
        Action<Utf8JsonWriter> fields,
        ReadOnlySpan<byte> after
    )
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        buffer.Write(before);
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        buffer.Write(after);
        return buffer.WrittenMemory;
    }
}
