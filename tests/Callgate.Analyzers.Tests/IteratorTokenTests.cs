namespace Callgate.Analyzers.Tests;

public sealed class IteratorTokenTests
{
    [Fact]
    public async Task An_iterator_whose_token_is_unmarked_is_reported()
    {
        var messages = await Snippet.Report<IteratorTokenAnalyzer>(
            """
            public class H : CustomLogger
            {
                public override async IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(
                    StreamContext context, IAsyncEnumerable<LlmChunk> chunks, CancellationToken [|ct|])
                {
                    await foreach (var chunk in chunks) yield return chunk;
                }
            }
            """
        );

        Assert.Equal(
            [
                "'ct' lacks [EnumeratorCancellation]: the token of whoever reads the stream never reaches PostCallStreamingIteratorHook, which goes on when the client is gone",
            ],
            messages
        );
    }

    [Theory]
    [InlineData(
        "public override async IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(StreamContext context, IAsyncEnumerable<LlmChunk> chunks, [EnumeratorCancellation] CancellationToken ct) { await foreach (var chunk in chunks) yield return chunk; }"
    )]
    [InlineData(
        "public override IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(StreamContext context, IAsyncEnumerable<LlmChunk> chunks, CancellationToken ct) => chunks;"
    )]
    [InlineData(
        "public async IAsyncEnumerable<LlmChunk> Mine(IAsyncEnumerable<LlmChunk> chunks, CancellationToken ct) { await foreach (var chunk in chunks) yield return chunk; }"
    )]
    public async Task Marked_iterators_plain_overrides_and_other_methods_are_left_alone(string method) =>
        Assert.Empty(await Snippet.Report<IteratorTokenAnalyzer>($$"""public class H : CustomLogger { {{method}} }"""));
}
