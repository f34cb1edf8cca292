using System.Text;
using Callgate.Providers;
using Callgate.Providers.OpenAi;
using Callgate.Wire;

namespace Callgate.Tests.Recorded;

/// <summary>The recordings say what their names promise, so that other tests may lean on them.</summary>
public class OpenAiStreamsTests
{
    private static (ChatCompletion Completion, ChunkTranslator Translator, LlmException? Error) Play(string sse)
    {
        var translator = new OpenAiProvider().TranslateStream(
            new ChatRequest { Model = "gpt-5.4", Messages = [Message.User("Hi")] }
        );
        var chunks = new Queue<ChatChunk>();
        LlmException? error = null;
        using var reader = new SseReader();
        reader.Append(Encoding.UTF8.GetBytes(sse));
        try
        {
            while (reader.TryRead(out var type, out var data))
            {
                translator.Translate(type, data, chunks);
            }
        }
        catch (LlmException e)
        {
            error = e;
        }

        var whole = new ChatAccumulator(keepContent: true);
        foreach (var chunk in chunks)
        {
            whole.Add(chunk);
        }

        return (whole.ToCompletion(), translator, error);
    }

    [Theory]
    [InlineData(nameof(OpenAiStreams.Plain), "Hello!", "stop", null)]
    [InlineData(nameof(OpenAiStreams.Usage), "Hello!", "stop", 29L)]
    [InlineData(nameof(OpenAiStreams.UsageNullOnEach), "Hello!", "stop", 1210L)]
    [InlineData(nameof(OpenAiStreams.Tools), "", "tool_calls", 99L)]
    [InlineData(nameof(OpenAiStreams.ParallelTools), "", "tool_calls", 135L)]
    [InlineData(nameof(OpenAiStreams.Reasoning), "4", "stop", 32L)]
    [InlineData(nameof(OpenAiStreams.Refusal), "", "stop", 42L)]
    [InlineData(nameof(OpenAiStreams.TwoChoices), "Aa", "stop", 8L)]
    [InlineData(nameof(OpenAiStreams.ContentFilter), "Well", "content_filter", 10L)]
    [InlineData(nameof(OpenAiStreams.FinishWithoutUsage), "Hello!", "stop", null)]
    [InlineData(nameof(OpenAiStreams.Cut), "Hello", null, null)]
    [InlineData(nameof(OpenAiStreams.ErrorInStream), "Hel", null, null)]
    public void Recording_HasItsTextEndAndUsage(string name, string text, string? finish, long? tokens)
    {
        var (completion, translator, error) = Play(OpenAiStreams.All.Single(s => s.Name == name).Sse);

        Assert.Equal(text, completion.Text);
        Assert.Equal(finish, completion.Choices[0].FinishReason);
        Assert.Equal(tokens, completion.Usage?.TotalTokens);
        Assert.Equal(finish is not null, translator.IsComplete);
        Assert.Equal(name == nameof(OpenAiStreams.ErrorInStream), error is not null);
    }

    [Fact]
    public void Recordings_OfTools_HaveTheirCalls()
    {
        var calls = Play(OpenAiStreams.ParallelTools).Completion.Choices[0].Message!.ToolCalls!;

        Assert.Equal(["call_paris", "call_tokyo"], calls.Select(c => c.Id));
        Assert.Equal(["""{"city":"Paris"}""", """{"city":"Tokyo"}"""], calls.Select(c => c.Function!.Arguments));
        Assert.Equal(
            """{"location":"Boston, MA"}""",
            Play(OpenAiStreams.Tools).Completion.Choices[0].Message!.ToolCalls!.Single().Function!.Arguments
        );
    }

    [Fact]
    public void Recordings_OfOtherTexts_HaveThem()
    {
        Assert.Equal("2 + 2 is 4.", Play(OpenAiStreams.Reasoning).Completion.Choices[0].Message!.ReasoningContent);
        Assert.Equal(
            "I'm sorry, I can't help with that.",
            Play(OpenAiStreams.Refusal).Completion.Choices[0].Message!.Refusal
        );
        Assert.Equal("B", Play(OpenAiStreams.TwoChoices).Completion.Choices[1].Message!.Text);
    }
}
