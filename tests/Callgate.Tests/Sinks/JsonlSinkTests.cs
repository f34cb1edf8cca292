using System.Text;
using Callgate.Sinks;
using Callgate.Wire;

namespace Callgate.Tests.Sinks;

/// <summary>The file that events are appended to holds whole lines, whatever happens.</summary>
public sealed class JsonlSinkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("callgate-").FullName;
    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder, "events.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task By_name_every_call_becomes_a_line()
    {
        var path = Path.Combine(_folder, "a", "b", "events.jsonl");
        await using (
            var client = new LlmClient(
                new LlmClientOptions
                {
                    Callbacks = [Callback.Named("jsonl", new Dictionary<string, object?> { ["path"] = path })],
                }
            )
        )
        {
            await client.CompleteAsync("mock/gpt-4o", [Message.User("Hello")], cancellationToken: Token);
            await client.EmbedAsync("mock/text-embedding-3-small", ["Hello"], cancellationToken: Token);
        }

        var lines = await System.IO.File.ReadAllLinesAsync(path, Token);
        Assert.Equal(2, lines.Length);
        Assert.Contains("\"call_type\":\"acompletion\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"call_type\":\"aembedding\"", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Select(SinkEvents.IdOf).Distinct().Count());
    }

    [Fact]
    public async Task Batches_are_appended()
    {
        await Sink().SendAsync(SinkEvents.Of("a", "b"), Token);
        await Sink().SendAsync(SinkEvents.Of("c"), Token);
        Assert.Equal(
            """
            {"litellm_call_id":"a","status":"success"}
            {"litellm_call_id":"b","status":"success"}
            {"litellm_call_id":"c","status":"success"}

            """.ReplaceLineEndings("\n"),
            await System.IO.File.ReadAllTextAsync(File, Token)
        );
    }

    [Fact]
    public async Task A_line_that_a_crash_has_cut_is_ended()
    {
        await System.IO.File.WriteAllTextAsync(File, "{\"whole\":1}\n{\"cu", Token);
        await Sink().SendAsync(SinkEvents.Of("a"), Token);
        await Sink().SendAsync(SinkEvents.Of("b"), Token);

        Assert.Equal(
            ["{\"whole\":1}", "{\"cu", Line("a"), Line("b")],
            await System.IO.File.ReadAllLinesAsync(File, Token)
        );
    }

    [Fact]
    public async Task A_full_file_is_put_aside_with_the_time_and_a_number()
    {
        // Two lines fit, a third does not.
        var sink = Sink((Line("a").Length + 1) * 2);
        await sink.SendAsync(SinkEvents.Of("a", "b", "c", "d", "e"), Token);
        _time.Advance(TimeSpan.FromSeconds(55));
        await sink.SendAsync(SinkEvents.Of("f", "g"), Token);

        Assert.Equal(
            [
                ("events.20260102T030405Z-1.jsonl", "c d"),
                ("events.20260102T030405Z.jsonl", "a b"),
                ("events.20260102T030500Z.jsonl", "e f"),
                ("events.jsonl", "g"),
            ],
            Directory
                .GetFiles(_folder)
                .Order(StringComparer.Ordinal)
                .Select(f =>
                    (Path.GetFileName(f), string.Join(' ', System.IO.File.ReadAllLines(f).Select(SinkEvents.IdOf)))
                )
        );
    }

    [Fact]
    public async Task A_line_larger_than_a_file_may_be_has_a_file_of_its_own()
    {
        var sink = Sink(1);
        await sink.SendAsync(SinkEvents.Of("a", "b"), Token);
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        Assert.Equal([Line("b")], await System.IO.File.ReadAllLinesAsync(File, Token));
    }

    [Fact]
    public async Task Sinks_of_one_file_take_turns_and_lose_nothing()
    {
        var sinks = new[] { Sink(10_000), Sink(10_000) };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token },
            async (i, token) => await sinks[i % 2].SendAsync(SinkEvents.Of($"{i}x", $"{i}y", $"{i}z"), token)
        );

        var ids = Directory.GetFiles(_folder).SelectMany(System.IO.File.ReadAllLines).Select(SinkEvents.IdOf).ToList();
        Assert.Equal(600, ids.Count);
        Assert.Equal(600, ids.Distinct().Count());
        Assert.True(Directory.GetFiles(_folder).Length > 2);
    }

    [Fact]
    public async Task A_reader_is_no_obstacle()
    {
        await Sink().SendAsync(SinkEvents.Of("a"), Token);
        await using var reader = new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await Sink().SendAsync(SinkEvents.Of("b"), Token);

        using var text = new StreamReader(reader, Encoding.UTF8);
        Assert.Equal($"{Line("a")}\n{Line("b")}\n", await text.ReadToEndAsync(Token));
    }

    [Fact]
    public async Task What_could_not_be_written_comes_again()
    {
        var path = Path.Combine(_folder, "later", "events.jsonl");
        await System.IO.File.WriteAllTextAsync(
            Path.Combine(_folder, "later"),
            "a file where a folder should be",
            Token
        );
        var sink = new JsonlSink(path, long.MaxValue, _time);
        await Assert.ThrowsAnyAsync<IOException>(() => sink.SendAsync(SinkEvents.Of("a"), Token).AsTask());

        System.IO.File.Delete(Path.Combine(_folder, "later"));
        await sink.SendAsync(SinkEvents.Of("a"), Token);
        Assert.Equal([Line("a")], await System.IO.File.ReadAllLinesAsync(path, Token));
    }

    [Fact]
    public async Task Of_a_batch_that_failed_halfway_only_the_rest_comes_again()
    {
        var events = SinkEvents.Of("a", "b", "c");
        var sink = new JsonlSink(File, 1, new BrokenClock());
        var failure = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(events, Token).AsTask());

        Assert.Equal([events[1], events[2]], failure.Undelivered);
        Assert.Equal([Line("a")], await System.IO.File.ReadAllLinesAsync(File, Token));
    }

    private static string Line(string id) => $$"""{"litellm_call_id":"{{id}}","status":"success"}""";

    private JsonlSink Sink(long maxFileSize = long.MaxValue) => new(File, maxFileSize, _time);

    /// <summary>Fails when a file is to be put aside.</summary>
    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new IOException("No clock.");
    }
}
