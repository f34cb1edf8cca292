using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>The sources that an answer cites, both ways. They are part of answers only: no provider takes them back in a prompt.</summary>
internal static class Citations
{
    private const string Kind = "url_citation";

    /// <summary>Puts them onto the answer's text.</summary>
    public static void FromWire(JsonElement? annotations, IList<AIContent> contents)
    {
        if (
            annotations is not { ValueKind: JsonValueKind.Array } list
            || contents.OfType<TextContent>().FirstOrDefault() is not { } text
        )
        {
            return;
        }

        foreach (var annotation in list.EnumerateArray())
        {
            (text.Annotations ??= []).Add(Read(annotation));
        }
    }

    public static JsonElement? ToWire(IEnumerable<AIContent> contents)
    {
        var list = contents
            .SelectMany(c => c.Annotations ?? [])
            .Select(a => a.RawRepresentation is JsonElement raw ? raw : Write(a))
            .OfType<JsonElement>()
            .ToList();
        return list.Count == 0 ? null : JsonElement.Parse($"[{string.Join(',', list.Select(a => a.GetRawText()))}]");
    }

    private static AIAnnotation Read(JsonElement annotation)
    {
        if (
            annotation.ValueKind != JsonValueKind.Object
            || !annotation.TryGetProperty(Kind, out var citation)
            || citation.ValueKind != JsonValueKind.Object
        )
        {
            return new AIAnnotation { RawRepresentation = annotation };
        }

        return new CitationAnnotation
        {
            RawRepresentation = annotation,
            Title = Text(citation, "title"),
            Url = Uri.TryCreate(Text(citation, "url"), UriKind.Absolute, out var url) ? url : null,
            AnnotatedRegions =
                Number(citation, "start_index") is { } start && Number(citation, "end_index") is { } end
                    ? [new TextSpanAnnotatedRegion { StartIndex = start, EndIndex = end }]
                    : null,
        };
    }

    private static JsonElement? Write(AIAnnotation annotation)
    {
        if (annotation is not CitationAnnotation { Url: { } url } citation)
        {
            return null;
        }

        var fields = new Dictionary<string, object?> { ["url"] = url.OriginalString };
        if (citation.Title is { } title)
        {
            fields["title"] = title;
        }

        if (citation.AnnotatedRegions?.OfType<TextSpanAnnotatedRegion>().FirstOrDefault() is { } span)
        {
            fields["start_index"] = span.StartIndex;
            fields["end_index"] = span.EndIndex;
        }

        return JsonElement.Parse($$$"""{"type":"{{{Kind}}}","{{{Kind}}}":{{{JsonValues.ToJsonObject(fields)}}}}""");
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var number)
            ? number
            : null;
}
