using System.ClientModel;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Serialization;
using Callgate.Wire;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Callgate.Bench;

/// <summary>One way to call a model. Both calls give back how much text they got, so that nothing can be left out.</summary>
internal interface IContender
{
    string Name { get; }

    Task<int> CompleteAsync();

    Task<int> StreamAsync();
}

internal static class Prompt
{
    public const string Model = "gpt-4o";
    public const string System = "You are a helpful assistant. Answer briefly, and say so where you do not know.";
    public const string User = "Hello! What can you do for me today?";
}

/// <summary>What one would write without any library: HttpClient, System.Text.Json source generation, SseParser.</summary>
internal sealed class RawHttpClient(string address) : IContender
{
    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private readonly Uri _url = new($"{address}/chat/completions");

    public string Name => "raw HttpClient + System.Text.Json";

    public async Task<int> CompleteAsync()
    {
        using var request = NewRequest(false);
        using var reply = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        reply.EnsureSuccessStatusCode();
        await using var body = await reply.Content.ReadAsStreamAsync();
        var answer = await JsonSerializer.DeserializeAsync(body, RawJson.Default.RawAnswer);
        return answer!.Choices![0].Message!.Content!.Length;
    }

    public async Task<int> StreamAsync()
    {
        using var request = NewRequest(true);
        using var reply = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        reply.EnsureSuccessStatusCode();
        await using var body = await reply.Content.ReadAsStreamAsync();
        var length = 0;
        var events = SseParser.Create(
            body,
            static (_, data) =>
                data.SequenceEqual("[DONE]"u8) ? null : JsonSerializer.Deserialize(data, RawJson.Default.RawAnswer)
        );
        await foreach (var item in events.EnumerateAsync())
        {
            length += item.Data?.Choices is [{ Delta.Content: { } text }, ..] ? text.Length : 0;
        }

        return length;
    }

    private HttpRequestMessage NewRequest(bool stream)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new RawRequest
            {
                Model = Prompt.Model,
                Messages =
                [
                    new() { Role = "system", Content = Prompt.System },
                    new() { Role = "user", Content = Prompt.User },
                ],
                Stream = stream ? true : null,
                StreamOptions = stream ? new RawStreamOptions { IncludeUsage = true } : null,
            },
            RawJson.Default.RawRequest
        );
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk-bench");
        return request;
    }
}

internal sealed class CallgateClient : IContender
{
    private readonly LlmClient _client;
    private readonly Message[] _messages = [Message.System(Prompt.System), Message.User(Prompt.User)];

    public CallgateClient(string address, int observers)
    {
        var options = new LlmClientOptions();
        options.ApiKeys["openai"] = "sk-bench";
        options.ApiBases["openai"] = address;
        for (var i = 0; i < observers; i++)
        {
            options.Callbacks.Add(new Observer());
        }

        _client = new LlmClient(options);
        Name = $"Callgate, {observers} observers";
    }

    public string Name { get; }

    public async Task<int> CompleteAsync() => (await _client.CompleteAsync(Prompt.Model, _messages)).Text.Length;

    public async Task<int> StreamAsync()
    {
        var length = 0;
        await foreach (var chunk in _client.CompleteStreamingAsync(Prompt.Model, _messages))
        {
            length += chunk.Text.Length;
        }

        return length;
    }
}

/// <summary>Looks at what a cost tracker looks at.</summary>
internal sealed class Observer : CustomLogger
{
    private long _tokens;
    private decimal _cost;

    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    )
    {
        _tokens += call.Usage.TotalTokens;
        _cost += call.ResponseCost ?? 0;
        return default;
    }

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => throw new InvalidOperationException("A call of the benchmark failed.", call.Exception);
}

internal sealed class OpenAiSdk(string address) : IContender
{
    private readonly OpenAI.Chat.ChatClient _client = Sdk.NewClient(address);

    private readonly OpenAI.Chat.ChatMessage[] _messages =
    [
        new OpenAI.Chat.SystemChatMessage(Prompt.System),
        new OpenAI.Chat.UserChatMessage(Prompt.User),
    ];

    public string Name => "official OpenAI SDK";

    public async Task<int> CompleteAsync() => (await _client.CompleteChatAsync(_messages)).Value.Content[0].Text.Length;

    public async Task<int> StreamAsync()
    {
        var length = 0;
        await foreach (var update in _client.CompleteChatStreamingAsync(_messages))
        {
            foreach (var part in update.ContentUpdate)
            {
                length += part.Text.Length;
            }
        }

        return length;
    }
}

/// <summary>Microsoft.Extensions.AI over the official SDK, bare or with Callgate around it.</summary>
internal sealed class ExtensionsAi(string name, IChatClient client) : IContender
{
    private readonly ChatMessage[] _messages = [new(ChatRole.System, Prompt.System), new(ChatRole.User, Prompt.User)];

    public string Name => name;

    public async Task<int> CompleteAsync() => (await client.GetResponseAsync(_messages)).Text.Length;

    public async Task<int> StreamAsync()
    {
        var length = 0;
        await foreach (var update in client.GetStreamingResponseAsync(_messages))
        {
            length += update.Text.Length;
        }

        return length;
    }
}

internal static class Sdk
{
    public static OpenAI.Chat.ChatClient NewClient(string address) =>
        new(Prompt.Model, new ApiKeyCredential("sk-bench"), new OpenAIClientOptions { Endpoint = new Uri(address) });
}

internal sealed class RawRequest
{
    public string? Model { get; set; }
    public List<RawMessage>? Messages { get; set; }
    public bool? Stream { get; set; }
    public RawStreamOptions? StreamOptions { get; set; }
}

internal sealed class RawStreamOptions
{
    public bool IncludeUsage { get; set; }
}

internal sealed class RawMessage
{
    public string? Role { get; set; }
    public string? Content { get; set; }
}

internal sealed class RawAnswer
{
    public string? Id { get; set; }
    public string? Model { get; set; }
    public List<RawChoice>? Choices { get; set; }
    public RawUsage? Usage { get; set; }
}

internal sealed class RawChoice
{
    public int Index { get; set; }
    public RawMessage? Message { get; set; }
    public RawMessage? Delta { get; set; }
    public string? FinishReason { get; set; }
}

internal sealed class RawUsage
{
    public int PromptTokens { get; set; }
    public int CompletionTokens { get; set; }
    public int TotalTokens { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RawRequest))]
[JsonSerializable(typeof(RawAnswer))]
internal sealed partial class RawJson : JsonSerializerContext;
