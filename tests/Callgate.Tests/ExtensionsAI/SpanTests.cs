using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Callgate.Tests.ExtensionsAI;

/// <summary>A call is one <c>gen_ai</c> span, wherever in the chain OpenTelemetry stands.</summary>
public sealed class SpanTests
{
    private const string Source = "Callgate.Tests.Spans";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Alone_ItsOwn(bool streamed) =>
        Assert.Equal(["Callgate"], await SpansOf(b => b.UseCallgate(), streamed));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BelowOpenTelemetry_NoneOfItsOwn(bool streamed) =>
        Assert.Equal([Source], await SpansOf(b => b.UseOpenTelemetry(sourceName: Source).UseCallgate(), streamed));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AboveOpenTelemetry_NoneOfItsOwn(bool streamed) =>
        Assert.Equal([Source], await SpansOf(b => b.UseCallgate().UseOpenTelemetry(sourceName: Source), streamed));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AroundOurOwnClient_OnlyThatClients(bool streamed)
    {
        await using var client = new LlmClient();
        Assert.Equal(["Callgate"], await SpansOf(b => b.UseCallgate(), streamed, client.AsIChatClient("mock/gpt-4o")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheInnerClient_RunsBelowTheSpan(bool streamed)
    {
        var inner = new ScriptedChatClient();
        string? above = null;
        inner.Before = _ =>
        {
            above = Activity.Current?.OperationName;
            return Task.CompletedTask;
        };

        await SpansOf(b => b.UseCallgate(), streamed, inner);

        Assert.Equal("chat gpt-4o", above);
    }

    /// <summary>The sources of the GenAI spans of one call.</summary>
    private static async Task<List<string>> SpansOf(
        Func<ChatClientBuilder, ChatClientBuilder> chain,
        bool streamed,
        IChatClient? inner = null
    )
    {
        // Other tests run beside this one: the trace tells whose a span is.
        using var root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var spans = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is "Callgate" or Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = a =>
            {
                if (a.TraceId == root.TraceId && a.GetTagItem("gen_ai.operation.name") is not null)
                {
                    spans.Add(a.Source.Name);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var client = chain((inner ?? new ScriptedChatClient()).AsBuilder()).Build();
        if (streamed)
        {
            await client.GetStreamingResponseAsync("Hi", cancellationToken: Token).ToListAsync(Token);
        }
        else
        {
            await client.GetResponseAsync("Hi", cancellationToken: Token);
        }

        return spans;
    }
}
