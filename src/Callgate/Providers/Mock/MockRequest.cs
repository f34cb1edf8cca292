using System.Security.Cryptography;
using System.Text.Json;

namespace Callgate.Providers.Mock;

/// <summary>What the mock reads of a request, in either wire.</summary>
internal sealed class MockRequest
{
    private const int MostDimensions = 8192;

    /// <summary>The most numbers of all vectors together.</summary>
    private const long MostNumbers = 4 << 20;

    /// <summary>The most characters of all choices together.</summary>
    private const long MostCharacters = 1 << 20;

    private const int LeastOfChoice = 64;

    public required string Model { get; init; }

    /// <summary>The same for the same bytes; ids are made of it.</summary>
    public required string Hash { get; init; }

    public bool Stream { get; init; }
    public bool IncludeUsage { get; init; }
    public int Choices { get; init; } = 1;
    public long PromptCharacters { get; init; }
    public IReadOnlyList<string> Inputs { get; init; } = [];
    public int? Dimensions { get; init; }
    public bool Base64 { get; init; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="JsonException">The body is not JSON.</exception>
    /// <exception cref="MockRefusal">It is no request that the provider would take.</exception>
    public static MockRequest Read(MockEndpoint endpoint, string path, ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new MockRefusal("The request must be a JSON object.", null);
        }

        var needed = endpoint switch
        {
            MockEndpoint.Embeddings or MockEndpoint.Responses => "input",
            MockEndpoint.Completions => "prompt",
            _ => "messages",
        };
        if (!root.TryGetProperty(needed, out var prompt) || prompt.ValueKind == JsonValueKind.Null)
        {
            throw Missing(endpoint, needed);
        }

        if (endpoint == MockEndpoint.Messages && Number(root, "max_tokens") is null)
        {
            throw Missing(endpoint, "max_tokens");
        }

        var model = String(root, "model") ?? ModelOfPath(path) ?? throw Missing(endpoint, "model");
        var inputs = endpoint is MockEndpoint.Embeddings or MockEndpoint.Completions ? ReadInputs(prompt, needed) : [];
        return new MockRequest
        {
            Model = model,
            Hash = Convert.ToHexStringLower(SHA256.HashData(body.Span).AsSpan(0, 12)),
            Stream = endpoint is not (MockEndpoint.Embeddings or MockEndpoint.CountTokens) && IsTrue(root, "stream"),
            IncludeUsage =
                root.TryGetProperty("stream_options", out var streamOptions) && IsTrue(streamOptions, "include_usage"),
            Choices = endpoint switch
            {
                MockEndpoint.ChatCompletions => ReadChoices(root),
                MockEndpoint.Completions => (int)Math.Min((long)ReadChoices(root) * inputs.Count, int.MaxValue),
                _ => 1,
            },
            PromptCharacters =
                inputs.Count > 0
                    ? inputs.Sum(i => (long)i.Length)
                    : Characters(prompt) + CharactersOf(root, "system") + CharactersOf(root, "instructions"),
            Inputs = inputs,
            Dimensions = Number(root, "dimensions") is var dimensions and (null or (>= 1 and <= MostDimensions))
                ? dimensions
                : throw new MockRefusal($"'dimensions' must be from 1 to {MostDimensions}.", "dimensions"),
            Base64 = String(root, "encoding_format") == "base64",
        };
    }

    /// <summary>A few bytes of a request may ask for an answer that would fill the memory.</summary>
    /// <exception cref="MockRefusal">It is longer than any that a test would want.</exception>
    public void ThrowIfTooLong(MockEndpoint endpoint, MockOptions options)
    {
        if (
            endpoint == MockEndpoint.Embeddings
            && (long)Inputs.Count * (Dimensions ?? options.EmbeddingDimensions) > MostNumbers
        )
        {
            throw new MockRefusal($"The mock writes no more than {MostNumbers} numbers in one answer.", "input");
        }

        if (
            endpoint != MockEndpoint.Embeddings
            && Choices * (MockText.Length(this, options) + LeastOfChoice) > MostCharacters
        )
        {
            throw new MockRefusal($"The mock writes no more than {MostCharacters} characters in one answer.", null);
        }
    }

    // Azure names the deployment in the path, and its clients need not repeat it in the body.
    private static string? ModelOfPath(string path)
    {
        const string Marker = "/deployments/";
        var start = path.IndexOf(Marker, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        start += Marker.Length;
        var end = path.IndexOf('/', start);
        return end > start ? Uri.UnescapeDataString(path[start..end]) : null;
    }

    private static int ReadChoices(JsonElement root) => Math.Clamp(Number(root, "n") ?? 1, 1, 128);

    private static List<string> ReadInputs(JsonElement input, string name)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            return [input.GetString()!];
        }

        if (input.ValueKind != JsonValueKind.Array || input.GetArrayLength() == 0)
        {
            throw new MockRefusal($"'$.{name}' is invalid.", name);
        }

        // An array of numbers is one text in tokens; its JSON does for the text.
        return input[0].ValueKind == JsonValueKind.Number
            ? [input.GetRawText()]
            :
            [
                .. input
                    .EnumerateArray()
                    .Select(i => i.ValueKind == JsonValueKind.String ? i.GetString()! : i.GetRawText()),
            ];
    }

    private static long CharactersOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var element) ? Characters(element) : 0;

    // The text of messages, of content parts, and of a system prompt: whatever the nesting, it stands in content and text.
    private static long Characters(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!.Length,
            JsonValueKind.Array => element.EnumerateArray().Sum(Characters),
            JsonValueKind.Object => element
                .EnumerateObject()
                .Sum(p =>
                    p.Name is "content" or "text" or "tool_calls" or "function" or "arguments" or "output"
                        ? Characters(p.Value)
                        : 0
                ),
            _ => 0,
        };

    private static MockRefusal Missing(MockEndpoint endpoint, string name) =>
        MockWire.IsAnthropic(endpoint)
            ? new MockRefusal($"{name}: Field required", name)
            : new MockRefusal($"Missing required parameter: '{name}'.", name);

    private static bool IsTrue(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.True;

    private static string? String(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var number)
            ? number
            : null;
}

/// <summary>A request that the provider would answer with status 400.</summary>
internal sealed class MockRefusal(string message, string? parameter) : Exception(message)
{
    public string? Parameter => parameter;
}
