using System.Text.RegularExpressions;

namespace Callgate.Samples.Tests;

/// <summary>A page of the documentation, and the code blocks in it.</summary>
internal sealed partial class MarkdownPage(string path)
{
    public string Path => path;

    public string Text { get; } = Repository.Read(path);

    public IEnumerable<CodeBlock> Blocks =>
        Fence()
            .Matches(Text)
            .Select(m => new CodeBlock(
                m.Groups["info"].Value.Trim(),
                Unindented(m.Groups["code"].Value, m.Groups["indent"].Length),
                Text[..m.Index].Count(c => c == '\n') + 1
            ));

    /// <summary>A block within a list stands under its item.</summary>
    private static string Unindented(string code, int indent) =>
        string.Join('\n', code.Split('\n').Select(l => l.Length < indent ? l : l[indent..]));

    /// <summary>The links to files of this repository, without their anchors.</summary>
    public IEnumerable<string> LocalLinks =>
        Link()
            .Matches(Fence().Replace(Text, ""))
            .Select(m => m.Groups["target"].Value.Split('#')[0])
            .Where(t => t.Length > 0 && !t.Contains("://", StringComparison.Ordinal));

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(
        @"^(?<indent> *)```(?<info>[^\n`]*)\n(?<code>.*?)^\k<indent>```$",
        RegexOptions.Multiline | RegexOptions.Singleline
    )]
    private static partial Regex Fence();
}

/// <param name="Info">What stands after the fence: the language, and how the block is to be taken.</param>
/// <param name="Code">The text between the fences.</param>
/// <param name="Line">The line of the opening fence.</param>
internal sealed record CodeBlock(string Info, string Code, int Line);
