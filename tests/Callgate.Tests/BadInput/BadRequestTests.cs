using System.Text;
using Callgate.Wire;

namespace Callgate.Tests.BadInput;

/// <summary>What callers can get wrong about a request.</summary>
public class BadRequestTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [Documented("No messages, or null among them", nameof(LlmBadRequestException))]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages(bool isRedacted)
    {
        await using var trial = new Trial(configure: o => o.TurnOffMessageLogging = isRedacted);
        IReadOnlyList<Message>[] wrong =
        [
            [],
            [null!],
            [Message.User("Hi"), null!],
            [new Message { Role = "", Content = "Hi" }],
            [new Message { Role = null!, Content = "Hi" }],
        ];
        foreach (var messages in wrong)
        {
            await trial.FailsAsync<LlmBadRequestException>(
                () => trial.Client.CompleteAsync("openai/gpt-4o", messages, null, Token),
                "messages",
                CallOutcome.Rejected
            );
        }

        await trial.FailsAsync<LlmBadRequestException>(
            () =>
                trial.Client.CompleteAsync(new ChatRequest { Model = "openai/gpt-4o", Messages = null! }, null, Token),
            "messages",
            CallOutcome.Rejected
        );
        Assert.Equal(0, trial.Requests);
    }

    [Fact]
    [Documented("A message without content", nameof(LlmBadRequestException))]
    public async Task NullContent()
    {
        await using var trial = new Trial();
        await trial.FailsAsync<LlmBadRequestException>(
            () => trial.Client.CompleteAsync("openai/gpt-4o", [new Message { Role = "user" }], null, Token),
            "messages[0]",
            CallOutcome.Rejected
        );

        // An assistant's turn may be without: it called tools.
        await trial.Client.CompleteAsync(
            "openai/gpt-4o",
            [Message.User("Hi"), new Message { Role = "assistant" }],
            null,
            Token
        );
        await trial.EndAsync();
    }

    [Theory]
    [Documented("No texts to embed, or null among them", nameof(LlmBadRequestException))]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Input(bool isRedacted)
    {
        await using var trial = new Trial(configure: o => o.TurnOffMessageLogging = isRedacted);
        foreach (
            var input in (IReadOnlyList<string>[])
                [
                    [],
                    [null!],
                    null!,
                ]
        )
        {
            await trial.FailsAsync<LlmBadRequestException>(
                () =>
                    trial.Client.EmbedAsync(
                        new EmbeddingRequest { Model = "openai/text-embedding-3-small", Input = input },
                        null,
                        Token
                    ),
                "input",
                CallOutcome.Rejected
            );
        }
    }

    [Theory]
    [Documented("An empty model", nameof(LlmBadRequestException))]
    [InlineData("")]
    [InlineData(" ")]
    public async Task EmptyModel(string model)
    {
        await using var trial = new Trial();
        await trial.FailsAsync<LlmBadRequestException>(
            () => trial.Client.CompleteAsync(model, Trial.Messages, null, Token),
            "provider/model",
            CallOutcome.Rejected
        );
    }

    [Fact]
    [Documented("A model that no provider is known for", nameof(LlmBadRequestException))]
    public async Task UnknownModel()
    {
        await using var trial = new Trial();
        var e = await trial.FailsAsync<LlmBadRequestException>(
            () => trial.Client.CompleteAsync("nobody/x", Trial.Messages, null, Token),
            "provider/model",
            CallOutcome.Rejected
        );
        Assert.Equal("unknown_model", e.Code);

        // However long the name, the message is short.
        e = await trial.FailsAsync<LlmBadRequestException>(
            () => trial.Client.CompleteAsync(new string('x', 100_000), Trial.Messages, null, Token),
            outcome: CallOutcome.Rejected
        );
        Assert.InRange(e.Message.Length, 1, 1000);
    }

    [Fact]
    [Documented("null in place of the model, the messages or the request", nameof(ArgumentNullException))]
    public async Task Null()
    {
        await using var trial = new Trial();
        await trial.ThrowsBeforeTheCallAsync<ArgumentNullException>(
            () => trial.Client.CompleteAsync(null!, Trial.Messages, null, Token),
            "model"
        );
        await trial.ThrowsBeforeTheCallAsync<ArgumentNullException>(
            () => trial.Client.CompleteAsync("openai/gpt-4o", null!, null, Token),
            "messages"
        );
        await trial.ThrowsBeforeTheCallAsync<ArgumentNullException>(
            () => trial.Client.CompleteAsync((ChatRequest)null!, null, Token),
            "request"
        );
        Assert.Throws<ArgumentNullException>(() =>
            trial.Client.CompleteStreamingAsync((ChatRequest)null!, null, Token)
        );
    }

    [Theory]
    [Documented("NaN or Infinity as temperature, top_p or a penalty", nameof(LlmBadRequestException))]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public async Task NotANumber(double value)
    {
        await using var trial = new Trial(configure: o => o.Cache = new InMemoryCallCache());
        var request = new ChatRequest { Model = "openai/gpt-4o", Messages = Trial.Messages };
        foreach (
            var wrong in (ChatRequest[])
                [
                    request with
                    {
                        Temperature = value,
                    },
                    request with
                    {
                        TopP = value,
                    },
                    request with
                    {
                        PresencePenalty = value,
                    },
                    request with
                    {
                        FrequencyPenalty = value,
                    },
                ]
        )
        {
            await trial.FailsAsync<LlmBadRequestException>(
                () => trial.Client.CompleteAsync(wrong, null, Token),
                "finite",
                CallOutcome.Rejected
            );
            await trial.FailsAsync<LlmBadRequestException>(
                async () =>
                {
                    await foreach (var _ in trial.Client.CompleteStreamingAsync(wrong, null, Token)) { }
                },
                "finite",
                CallOutcome.Rejected
            );
        }
    }

    [Fact]
    [Documented("Half a surrogate pair in the prompt", "No error: U+FFFD is sent")]
    public async Task LoneSurrogates()
    {
        var sent = new List<string>();
        await using var trial = new Trial(request =>
        {
            using var body = new StreamReader(request.Content!.ReadAsStream(), Encoding.UTF8);
            sent.Add(body.ReadToEnd());
            return StubHandler.Json(Trial.Good);
        });
        foreach (var model in (string[])["openai/gpt-4o", "azure/gpt-4o"])
        {
            await trial.Client.CompleteAsync(
                model,
                [Message.User("a\ud83db"), Message.User("\ude00"), Message.User("\ud83d")],
                new CallOptions
                {
                    Metadata = new Dictionary<string, object?> { ["a\ud83d"] = "\ude00" },
                    Tags = ["\ud83d"],
                    SessionId = "\ud83d",
                },
                Token
            );
            await trial.EndAsync();
        }

        Assert.All(
            sent,
            body =>
                Assert.Contains(
                    "a\ufffdb",
                    System
                        .Text.Json.JsonDocument.Parse(body)
                        .RootElement.GetProperty("messages")[0]
                        .GetProperty("content")
                        .GetString(),
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    [Documented("A prompt of 50 MB, an image of 20 MB", "No error: the event holds an excerpt")]
    public async Task Large()
    {
        var lengths = new List<long>();
        await using var trial = new Trial(request =>
        {
            lengths.Add(request.Content!.Headers.ContentLength ?? 0);
            return StubHandler.Json(Trial.Good);
        });
        await trial.Client.CompleteAsync("openai/gpt-4o", [Message.User(new string('x', 50 << 20))], null, Token);
        var prompt = await trial.EndAsync();
        await trial.Client.CompleteAsync(
            "openai/gpt-4o",
            [
                Message.User(
                    new MessageContent([
                        ContentPart.FromText("What is this?"),
                        ContentPart.FromImage("data:image/png;base64," + new string('A', 20 << 20)),
                    ])
                ),
            ],
            null,
            Token
        );
        var image = await trial.EndAsync();

        Assert.InRange(lengths[0], 50 << 20, long.MaxValue);
        Assert.InRange(lengths[1], 20 << 20, long.MaxValue);
        Assert.InRange(prompt.StandardLoggingPayload.ToJson().Length, 1, 1 << 20);
        Assert.InRange(image.StandardLoggingPayload.ToJson().Length, 1, 1 << 20);
        Assert.Equal(CallOutcome.Completed, prompt.Outcome);
    }

    [Fact]
    [Documented(
        "Metadata whose ToString or properties throw",
        "No error: the event says that the value is unavailable"
    )]
    public async Task HostileMetadata()
    {
        await using var trial = new Trial();
        await trial.CompleteAsync(
            new CallOptions
            {
                Metadata = new Dictionary<string, object?>
                {
                    ["hostile"] = new Hostile(),
                    ["number"] = double.NaN,
                    ["fine"] = "fine",
                },
            }
        );

        var payload = (await trial.EndAsync()).StandardLoggingPayload.ToJson();
        Assert.Contains("\"fine\"", payload, StringComparison.Ordinal);
    }

    private sealed class Hostile
    {
        public string Value => throw new InvalidOperationException("No.");

        public override string ToString() => throw new InvalidOperationException("No.");

        public override bool Equals(object? obj) => throw new InvalidOperationException("No.");

        public override int GetHashCode() => throw new InvalidOperationException("No.");
    }
}
