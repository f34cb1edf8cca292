using System.Text.Json;

namespace Callgate.Formats.Responses;

/// <summary>The text of a reasoning item: its summary, or else the reasoning itself, which models with open weights show.</summary>
internal static class ReasoningText
{
    /// <summary>Between the parts of a summary, which are paragraphs.</summary>
    public const string Separator = "\n\n";

    public static string Of(FieldReader item)
    {
        var summary = Join(item, "summary");
        return summary.Length > 0 ? summary : Join(item, "content");
    }

    private static string Join(FieldReader item, string name) =>
        item.Array(name) is { } parts
            ? string.Join(
                Separator,
                parts.EnumerateArray().Select((p, i) => new FieldReader(p, $"{item.PathOf(name)}[{i}]").String("text"))
            )
            : "";
}
