using System.Net.ServerSentEvents;
using System.Text;
using Callgate.Wire;
using CsCheck;

namespace Callgate.Tests.WireFormat;

public sealed class SseReaderTests
{
    private static readonly string[] s_lines =
    [
        "data: one",
        "data:two",
        "data:  three",
        "data",
        "data:",
        "data: ",
        "data: [DONE]",
        "data: {\"a\":\"b: c\"}",
        "data: Grüße, 日本語, 😀",
        "datax: no",
        " data: no",
        "DATA: no",
        "event: delta",
        "event:",
        "event",
        "event: error",
        "id: 7",
        "id",
        "id: a\0b",
        "retry: 10",
        "retry: soon",
        ": a comment",
        ":",
        "unknown: field",
        "unknown",
    ];

    [Fact]
    public void TryRead_AnyStreamInAnyPieces_GivesWhatTheFrameworksParserGives() =>
        Tape.Gen(60)
            .Sample(
                choices =>
                {
                    var tape = new Tape(choices);
                    var bytes = Stream(tape, longLines: true);
                    Assert.Equal(Oracle(bytes), Read(bytes, tape));
                },
                iter: 5_000
            );

    [Fact]
    public void TryRead_SplitAtEachPlace_GivesTheSame() =>
        Tape.Gen(12)
            .Sample(
                choices =>
                {
                    var bytes = Stream(new Tape(choices), longLines: false);
                    var expected = Oracle(bytes);
                    for (var at = 0; at <= bytes.Length; at++)
                    {
                        using var reader = new SseReader();
                        List<Event> events = [];
                        reader.Append(bytes.AsSpan(0, at));
                        Drain(reader, events);
                        Put(reader, bytes.AsSpan(at));
                        Drain(reader, events);
                        Assert.Equal(expected, events);
                    }
                },
                iter: 500
            );

    // The standard forgets the type of an event without data; the framework's parser keeps it for the next event.
    [Fact]
    public void TryRead_TypeWithoutData_IsForgotten()
    {
        using var reader = new SseReader();
        List<Event> events = [];
        reader.Append("event: error\n\ndata: a\n\n"u8);
        Drain(reader, events);
        Assert.Equal([new Event("message", "a")], events);
    }

    // An event that the stream's end cuts off may be half an answer; the standard discards it too.
    [Theory]
    [InlineData("data: a\n\ndata: b")]
    [InlineData("data: a\n\ndata: b\n")]
    [InlineData("data: a\r\rdata: b\r")]
    [InlineData("data: a\r\n\r\ndata: b\r\n")]
    [InlineData("data: a\n\nevent: x\ndata: b\nid: 1")]
    public void TryRead_EventThatTheEndCutsOff_IsNone(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var reader = new SseReader();
        List<Event> events = [];
        reader.Append(bytes);
        Drain(reader, events);
        Assert.Equal([new Event("message", "a")], events);
    }

    [Fact]
    public void TryRead_CarriageReturnAtTheEndOfAPiece_EndsTheEventAtOnce()
    {
        using var reader = new SseReader();
        reader.Append("data: a\r\r"u8);
        Assert.True(reader.TryRead(out _, out var data));
        Assert.Equal("a"u8, data);
        reader.Append("\ndata: b\r\n\r\n"u8);
        Assert.True(reader.TryRead(out _, out data));
        Assert.Equal("b"u8, data);
        Assert.False(reader.TryRead(out _, out _));
    }

    [Fact]
    public void GetMemory_EventBeyondTheLimit_Throws()
    {
        using var reader = new SseReader(64 << 10);
        reader.Append("data: "u8);
        Assert.Throws<AnswerTooLongException>(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                reader.Append(new byte[1024]);
                Assert.False(reader.TryRead(out _, out _));
            }
        });
    }

    [Fact]
    public void GetMemory_ManyEvents_NeverCountAgainstTheLimit()
    {
        using var reader = new SseReader(64 << 10);
        var one = Encoding.UTF8.GetBytes($"data: {new string('x', 999)}\n\n");
        for (var i = 0; i < 1000; i++)
        {
            reader.Append(one);
            Assert.True(reader.TryRead(out _, out var data));
            Assert.Equal(999, data.Length);
        }
    }

    [Theory]
    [InlineData(": keep-alive\n")]
    [InlineData(": keep-alive\r\n")]
    [InlineData("retry: 1000\n")]
    public void GetMemory_LinesThatBelongToNoEvent_NeverCountAgainstTheLimit(string line)
    {
        using var reader = new SseReader(64 << 10);
        var bytes = Encoding.UTF8.GetBytes(line);
        for (var i = 0; i < 20_000; i++)
        {
            reader.Append(bytes);
            Assert.False(reader.TryRead(out _, out _));
        }

        reader.Append("data: a\n\n"u8);
        Assert.True(reader.TryRead(out _, out var data));
        Assert.Equal("a"u8, data);
    }

    [Fact]
    public void TryRead_ManyDataLines_JoinsThem()
    {
        using var reader = new SseReader();
        var lines = Enumerable.Range(0, 5000).Select(i => $"line {i}").ToList();
        foreach (var line in lines)
        {
            reader.Append(Encoding.UTF8.GetBytes($"data: {line}\n"));
            Assert.False(reader.TryRead(out _, out _));
        }

        reader.Append("\n"u8);
        Assert.True(reader.TryRead(out _, out var data));
        Assert.Equal(string.Join('\n', lines), Encoding.UTF8.GetString(data));
    }

    private static byte[] Stream(Tape tape, bool longLines)
    {
        var text = new StringBuilder();
        if (tape.Once(4))
        {
            text.Append('\uFEFF');
        }

        var isBare = false;
        while (!tape.IsAtEnd)
        {
            var line =
                // No type without data: see below.
                tape.Once(3)
                    ? isBare
                        ? "data"
                        : ""
                    : longLines && tape.Once(12)
                        ? "data: " + new string('x', tape.Next(256) * 300) + tape.Pick("y", "ü", "😀")
                        : s_lines[tape.Next(s_lines.Length)];
            isBare =
                line.StartsWith("event", StringComparison.Ordinal)
                || (isBare && !line.StartsWith("data", StringComparison.Ordinal))
                || (isBare && line == "datax: no");
            text.Append(line).Append(tape.Pick("\n", "\r\n", "\r"));
        }

        return Encoding.UTF8.GetBytes(text.Append(isBare ? "data\n\n" : "\n\n").ToString());
    }

    private static List<Event> Oracle(byte[] bytes) =>
        [
            .. SseParser
                .Create(new MemoryStream(bytes), static (type, data) => Made(type, Encoding.UTF8.GetString(data)))
                .Enumerate()
                .Select(i => i.Data),
        ];

    private static List<Event> Read(byte[] bytes, Tape tape)
    {
        using var reader = new SseReader();
        List<Event> events = [];
        var rest = bytes.AsSpan();
        // The tape is at its end: pieces are cut by the bytes themselves.
        for (var size = bytes.Length % 7 + 1; !rest.IsEmpty; size = size * 5 % 4093)
        {
            var count = Math.Min(size, rest.Length);
            if (size % 2 == 0)
            {
                reader.Append(rest[..count]);
            }
            else
            {
                Put(reader, rest[..count]);
            }

            rest = rest[count..];
            // Events may pile up before somebody looks.
            if (size % 3 != 0)
            {
                Drain(reader, events);
            }
        }

        Drain(reader, events);
        Assert.True(tape.IsAtEnd);
        return events;
    }

    private static void Put(SseReader reader, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = reader.GetMemory().Span;
            Assert.False(room.IsEmpty);
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            reader.Advance(count);
            bytes = bytes[count..];
        }
    }

    private static void Drain(SseReader reader, List<Event> events)
    {
        while (reader.TryRead(out var type, out var data))
        {
            events.Add(Made(Encoding.UTF8.GetString(type), Encoding.UTF8.GetString(data)));
        }
    }

    // An empty type is none; the framework's parser leaves that to its user, as ours does.
    private static Event Made(string type, string data) => new(type.Length == 0 ? "message" : type, data);

    private sealed record Event(string Type, string Data);
}
