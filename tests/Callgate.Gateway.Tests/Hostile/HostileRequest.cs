using System.Text;
using System.Text.Json.Nodes;
using Callgate.Tests;

namespace Callgate.Gateway.Tests.Hostile;

/// <summary>A request that is put out of joint, as the bytes of a connection.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="IsFramed">Whether it still is one request: else the connection is at its end with it.</param>
internal sealed record HostileRequest(byte[] Bytes, bool IsFramed)
{
    public static HostileRequest From(
        Tape tape,
        IReadOnlyList<(string Method, string Path, string Body)> seeds,
        string key
    )
    {
        var (method, path, text) = seeds[(tape.Next(256) * 256 + tape.Next(256)) % seeds.Count];
        var body = Encoding.UTF8.GetBytes(text);
        List<(string Name, string Value)> headers = [];
        var kind = tape.Next(8);
        if (kind is 0 or 1 or 2 && text.Length > 0)
        {
            body = Encoding.UTF8.GetBytes(WithWrongValues(text, tape));
        }

        if (kind is 2 or 3)
        {
            body = WithWrongBytes(body, tape);
        }

        if (kind is 4 or 5)
        {
            for (var i = 1 + tape.Next(4); i > 0; i--)
            {
                headers.Add((tape.Pick(HostileParts.Headers), tape.Pick(HostileParts.HeaderValues)));
            }
        }

        if (kind == 6)
        {
            path = path.Insert(tape.Next(path.Length), tape.Pick(HostileParts.Pieces));
            method = tape.Pick(method, method, method, "HEAD", "PUT", "OPTIONS", "TRACE", "get", "M-SEARCH");
        }

        var isFramed = kind != 7;
        return new HostileRequest(
            isFramed ? Framed(method, path, headers, body, key) : Misframed(method, path, body, key, tape),
            isFramed && method is not ("HEAD" or "TRACE") && !headers.Exists(h => h.Value.Contains('\r'))
        );
    }

    private static byte[] Framed(
        string method,
        string path,
        List<(string Name, string Value)> headers,
        byte[] body,
        string key
    )
    {
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\n");
        Add("Host", "gateway");
        Add("Authorization", $"Bearer {key}");
        Add("Content-Type", "application/json");
        foreach (var (name, value) in headers)
        {
            head.Append($"{name}: {value}\r\n");
        }

        head.Append($"Content-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. body];

        void Add(string name, string value)
        {
            if (!headers.Exists(h => h.Name == name))
            {
                head.Append($"{name}: {value}\r\n");
            }
        }
    }

    /// <summary>Requests whose end, or whose begin, two servers might see in two places.</summary>
    private static byte[] Misframed(string method, string path, byte[] body, string key, Tape tape)
    {
        var start = $"{method} {path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\n";
        var length = $"Content-Length: {body.Length}\r\n";
        var text = Encoding.UTF8.GetString(body);
        const string Chunked = "Transfer-Encoding: chunked\r\n";
        var second = $"GET /v1/models/smuggled HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\n\r\n";
        var whole = tape.Next(22) switch
        {
            0 => $"{start}{length}{Chunked}\r\n0\r\n\r\n{second}",
            1 => $"{start}{Chunked}{length}\r\n{text.Length:x}\r\n{text}\r\n0\r\n\r\n",
            2 => $"{start}{length}Content-Length: 0\r\n\r\n{text}{second}",
            3 => $"{start}Content-Length: -1\r\n\r\n{text}",
            4 => $"{start}Content-Length: 99999999999999999999\r\n\r\n{text}",
            5 => $"{start}Content-Length: +{body.Length}\r\n\r\n{text}",
            6 => $"{start}Content-Length: {body.Length},{body.Length}\r\n\r\n{text}",
            7 => $"{start}Transfer-Encoding: \tchunked\r\n\r\nzz\r\n{text}\r\n0\r\n\r\n",
            8 => $"{start}Transfer-Encoding: xchunked\r\n\r\n{text}",
            9 => $"{start}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{second}",
            10 => $"{start}{Chunked}{Chunked}\r\nffffffffffffffff\r\n{text}",
            11 => $"{start}{Chunked}\r\n5;{new string('x', 9000)}\r\n",
            12 => $"{start}{Chunked}\r\n2\r\n{{}}XX0\r\n\r\n{second}",
            13 => $"{start}{length}\r\n{text[..(text.Length / 2)]}",
            14 => $"{start.Replace("\r\n", "\n", StringComparison.Ordinal)}{length}\n{text}",
            15 => $"{start}X: a\rContent-Length: 5\r\n\r\n{text}",
            16 => $"{start} folded: x\r\n{length}\r\n{text}",
            17 => $"{start}X\0: a\r\n{length}\r\n{text}",
            18 => $"{start}{string.Concat(Enumerable.Range(0, 300).Select(i => $"X-{i}: x\r\n"))}{length}\r\n{text}",
            19 => $"{method} http://[::1{path} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            20 => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\u0012\u0004\0\0\0\0\0",
            _ => $"\u0016\u0003\u0001\u0002\0\u0001\0{start}",
        };
        var bytes = Encoding.UTF8.GetBytes(whole);
        return tape.Once(4) ? WithWrongBytes(bytes, tape) : bytes;
    }

    private static string WithWrongValues(string json, Tape tape)
    {
        var root = JsonNode.Parse(json)!;
        List<string> marks = [];
        for (var i = 1 + tape.Next(3); i > 0; i--)
        {
            var value = tape.Once(12) ? new string('[', 30 + tape.Next(200)) : tape.Pick(HostileParts.Values);
            if (value[^1] == '[')
            {
                value += new string(']', value.Length);
            }

            var mark = $"MARK{marks.Count}";
            marks.Add(value);
            if (tape.Once(2))
            {
                root[tape.Pick(HostileParts.Fields)] = mark;
            }
            else
            {
                Put(root, mark, tape);
            }
        }

        // The text holds what a node would not, such as a number beyond all numbers.
        var text = root.ToJsonString();
        for (var i = 0; i < marks.Count; i++)
        {
            text = text.Replace($"\"MARK{i}\"", marks[i], StringComparison.Ordinal);
        }

        if (tape.Once(12))
        {
            text = $"{text[..^1]},\"{tape.Pick(HostileParts.Fields)}\":{tape.Pick(HostileParts.Values)}}}";
        }

        return text;
    }

    /// <summary>Puts the mark somewhere into the tree.</summary>
    private static void Put(JsonNode node, string mark, Tape tape)
    {
        while (true)
        {
            switch (node)
            {
                case JsonObject { Count: > 0 } map:
                    var name = map.ElementAt(tape.Next(map.Count)).Key;
                    if (map[name] is JsonObject { Count: > 0 } or JsonArray { Count: > 0 } && !tape.Once(4))
                    {
                        node = map[name]!;
                        continue;
                    }

                    map[name] = mark;
                    return;
                case JsonArray { Count: > 0 } list:
                    var index = tape.Next(list.Count);
                    if (list[index] is JsonObject { Count: > 0 } && !tape.Once(4))
                    {
                        node = list[index]!;
                        continue;
                    }

                    list[index] = mark;
                    return;
                default:
                    return;
            }
        }
    }

    private static byte[] WithWrongBytes(byte[] bytes, Tape tape)
    {
        var list = bytes.ToList();
        for (var i = 1 + tape.Next(3); i > 0; i--)
        {
            var at = list.Count == 0 ? 0 : (tape.Next(256) * 256 + tape.Next(256)) % list.Count;
            switch (tape.Next(6))
            {
                case 0 when list.Count > 0:
                    list[at] = (byte)tape.Next(256);
                    break;
                case 1:
                    list.RemoveRange(at, Math.Min(1 + tape.Next(20), list.Count - at));
                    break;
                case 2:
                    list.RemoveRange(at, list.Count - at);
                    break;
                case 3:
                    list.InsertRange(at, list.GetRange(at, Math.Min(tape.Next(40), list.Count - at)));
                    break;
                case 4:
                    list.InsertRange(
                        at,
                        tape.Pick<byte[]>([0], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf])
                    );
                    break;
                default:
                    list.InsertRange(at, "{\"[,:}]\\\n"u8[..(1 + tape.Next(9))].ToArray());
                    break;
            }
        }

        return [.. list];
    }

    public override string ToString() =>
        Encoding
            .Latin1.GetString(Bytes.AsSpan(0, Math.Min(Bytes.Length, 3000)))
            .Replace("\0", "\\0", StringComparison.Ordinal);
}
