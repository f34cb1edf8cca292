using Spectre.Console;

namespace Callgate.Host.Demo;

/// <summary>Writes the demo's lines: coloured and fitted to a terminal; plain where the output goes elsewhere.</summary>
internal sealed class DemoScreen
{
    private const int Margin = 16;
    private readonly IAnsiConsole _console;
    private int _headings;

    public DemoScreen(IAnsiConsole console)
    {
        _console = console;
        IsPlain = !console.Profile.Capabilities.Ansi;
        if (IsPlain)
        {
            // Whoever reads a file can fold its lines, but not unfold them.
            console.Profile.Width = 10_000;
        }
    }

    public bool IsPlain { get; }

    public void Title(string title, string text)
    {
        _console.MarkupLineInterpolated($"[bold]{title}[/] {text}");
    }

    public void Heading(string text)
    {
        _console.WriteLine();
        _console.MarkupLineInterpolated($"[bold]{++_headings, 3}  {text}[/]");
    }

    public void Event(string name, string text) => Line("grey", name, text);

    public void Success(string text) => Line("green", "success", text);

    public void Failure(string text) => Line("red", "failure", text);

    public void Json(string json)
    {
        // Broken by hand, where it must be: nothing of it is left out.
        var width = Math.Max(20, _console.Profile.Width - Margin - 1);
        for (var start = 0; start < json.Length; start += width)
        {
            var part = json.AsSpan(start, Math.Min(width, json.Length - start));
            _console.Write(new Text($"{new string(' ', Margin)}{part}\n", new Style(Color.Grey)));
        }
    }

    public void Write(Table table)
    {
        _console.WriteLine();
        _console.Write(table);
    }

    public void Plain(string text) => _console.WriteLine(text);

    private void Line(string color, string name, string text) =>
        _console.Write(new Markup($"     [{color}]{name, -10}[/] {Markup.Escape(text)}\n").Overflow(Overflow.Fold));
}
