using System.Text.Json;

namespace Callgate.Providers.Mock;

/// <summary>The mock's models in OpenAI's wire. It answers for any model; it lists a few, and knows each that is asked for.</summary>
internal static class OpenAiModelsMockWire
{
    private static readonly string[] s_listed = ["gpt-4o", "gpt-4o-mini", "text-embedding-3-small"];

    public static MockReply Answer(string path)
    {
        const string Marker = "/models/";
        var one = path.IndexOf(Marker, StringComparison.Ordinal);
        return new MockReply
        {
            StatusCode = 200,
            Body = MockWire.Write(json =>
            {
                if (one >= 0)
                {
                    WriteModel(json, Uri.UnescapeDataString(path[(one + Marker.Length)..]));
                    return;
                }

                json.WriteString("object", "list");
                json.WriteStartArray("data");
                foreach (var id in s_listed)
                {
                    json.WriteStartObject();
                    WriteModel(json, id);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }),
        };
    }

    private static void WriteModel(Utf8JsonWriter json, string id)
    {
        json.WriteString("id", id);
        json.WriteString("object", "model");
        json.WriteNumber("created", 1_700_000_000);
        json.WriteString("owned_by", "mock");
    }
}
