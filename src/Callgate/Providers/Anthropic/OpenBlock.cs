using System.Text;
using System.Text.Json;

namespace Callgate.Providers.Anthropic;

/// <summary>A block of a stream of which more is to come.</summary>
internal sealed class OpenBlock
{
    public required JsonElement Element { get; init; }
    public bool IsJsonTool { get; init; }
    public bool IsOther { get; init; }
    public int CallIndex { get; init; }
    public bool HasInput { get; set; }
    public StringBuilder Input { get; } = new();

    /// <summary>The block with the input that came in pieces.</summary>
    public JsonElement Whole()
    {
        if (Input.Length == 0)
        {
            return Element;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in Element.EnumerateObject().Where(p => p.Name != "input"))
            {
                property.WriteTo(writer);
            }

            writer.Write("input", JsonElement.Parse(Input.ToString()));
            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
