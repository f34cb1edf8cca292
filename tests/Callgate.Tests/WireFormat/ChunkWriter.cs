using System.Globalization;
using System.Text;

namespace Callgate.Tests.WireFormat;

/// <summary>Writes a chunk as some server might: fields in any order, absent, null, twice, with escapes and white space.</summary>
internal sealed class ChunkWriter(Tape tape)
{
    private static readonly string[] s_texts =
    [
        "Hello",
        " world",
        "",
        "\n\t\"quoted\\\"",
        "Grüße, 日本語",
        "😀",
        "{\"content\":\"no\"}",
        "</script>",
        "null",
    ];

    private readonly StringBuilder _json = new();

    public string Write()
    {
        // Mostly ordinary, or hardly any would be.
        Object(
            () => String("id", "chatcmpl-1"),
            () => String("object", "chat.completion.chunk"),
            () => Raw("created", tape.Pick("1741569952", "\"1741569952\"")),
            () => String("model", "gpt-5.4"),
            Choices,
            () => Odd("usage", "null", """{"prompt_tokens":1,"completion_tokens":2}"""),
            () => Odd("error", "null"),
            () => Odd("x_extra", "1", "\"s\"", """{"choices":[{"delta":{"content":"no"}}]}""", "[[],{}]"),
            () => Odd("service_tier", "\"default\"", "null"),
            () =>
            {
                if (tape.Once(30))
                {
                    Choices();
                }
            }
        );
        return _json.ToString();
    }

    private void Choices()
    {
        Name("choices");
        if (tape.Once(30))
        {
            _json.Append(tape.Pick("[]", "null"));
            return;
        }

        _json.Append('[');
        for (var count = tape.Once(8) ? 2 : 1; count > 0; count--)
        {
            Space();
            Choice();
            Space();
            if (count > 1)
            {
                _json.Append(',');
            }
        }

        _json.Append(']');
    }

    private void Choice() =>
        Object(
            () =>
            {
                if (!tape.Once(8))
                {
                    Raw("index", tape.Once(8) ? tape.Pick("1", "\"0\"", "2") : "0");
                }
            },
            Delta,
            () => Odd("finish_reason", "null", "null", "\"stop\""),
            () => Odd("logprobs", "null", "null", """{"content":[]}"""),
            () => Odd("extra", "null", "null", "{}"),
            () =>
            {
                if (tape.Once(30))
                {
                    Delta();
                }
            }
        );

    private void Delta()
    {
        Name("delta");
        Object(
            () =>
            {
                if (tape.Once(12))
                {
                    Raw("content", "null");
                }
                else if (!tape.Once(12))
                {
                    String("content", s_texts[tape.Next(s_texts.Length)]);
                }
            },
            () => Odd("role", "null", "null", "\"assistant\""),
            () => Odd("refusal", "null", "null", "\"No.\""),
            () => Odd("reasoning_content", "null", "null", "\"Hm.\""),
            () => Odd("tool_calls", "null", "null", """[{"index":0,"id":"c","function":{"name":"f"}}]"""),
            () => Odd("annotations", "null", "null", "[]"),
            () =>
            {
                if (tape.Once(30))
                {
                    Raw("content", "null");
                }
            }
        );
    }

    /// <summary>A field that is there now and then.</summary>
    private void Odd(string name, params string[] values)
    {
        if (tape.Once(4))
        {
            Raw(name, values[tape.Next(values.Length)]);
        }
    }

    private void Object(params Action[] fields)
    {
        if (tape.Once(3))
        {
            for (var i = fields.Length - 1; i > 0; i--)
            {
                var j = tape.Next(i + 1);
                (fields[i], fields[j]) = (fields[j], fields[i]);
            }
        }

        _json.Append('{');
        var start = _json.Length;
        foreach (var field in fields)
        {
            var before = _json.Length;
            if (before > start)
            {
                _json.Append(',');
            }

            var comma = _json.Length;
            Space();
            var empty = _json.Length;
            field();
            if (_json.Length == empty)
            {
                _json.Length = comma > before ? before : start;
            }
        }

        Space();
        _json.Append('}');
    }

    private void String(string name, string value)
    {
        Name(name);
        Quoted(value);
    }

    private void Raw(string name, string json)
    {
        Name(name);
        _json.Append(json);
    }

    private void Name(string name)
    {
        Quoted(name);
        Space();
        _json.Append(':');
        Space();
    }

    private void Quoted(string text)
    {
        var escapeAll = tape.Once(10);
        _json.Append('"');
        foreach (var c in text)
        {
            if (escapeAll || c is '"' or '\\' or < ' ')
            {
                _json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            }
            else
            {
                _json.Append(c);
            }
        }

        _json.Append('"');
    }

    private void Space()
    {
        if (tape.Once(12))
        {
            _json.Append(tape.Pick(" ", "\n", "\t", "\r\n  "));
        }
    }
}
