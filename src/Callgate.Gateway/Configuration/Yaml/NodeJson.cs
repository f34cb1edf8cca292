using System.Text.Json;

namespace Callgate.Gateway.Configuration.Yaml;

/// <summary>Hands a part of the config on as JSON, variables resolved, for those who read it by types of their own.</summary>
internal static class NodeJson
{
    public static JsonElement Of(ConfigNode node, string path, LoadContext context)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            Write(json, node, path, context);
        }

        return JsonElement.Parse(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    private static void Write(Utf8JsonWriter json, ConfigNode node, string path, LoadContext context)
    {
        switch (node)
        {
            case MapNode map:
                json.WriteStartObject();
                foreach (var (key, value) in map.Entries)
                {
                    json.WritePropertyName(key.Text);
                    Write(json, value, $"{path}.{Shown.Key(key.Text)}", context);
                }

                json.WriteEndObject();
                break;
            case ListNode list:
                json.WriteStartArray();
                foreach (var (i, item) in list.Items.Index())
                {
                    Write(json, item, $"{path}[{i}]", context);
                }

                json.WriteEndArray();
                break;
            case ScalarNode scalar:
                Write(json, scalar, path, context);
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, ScalarNode scalar, string path, LoadContext context)
    {
        if (LoadContext.IsVariable(scalar))
        {
            var value = context.Resolve(scalar);
            if (value is null)
            {
                context.ReportMissing(scalar, path);
            }

            json.WriteStringValue(value);
        }
        else if (scalar.IsNull)
        {
            json.WriteNullValue();
        }
        else if (scalar.IsPlain && scalar.Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            json.WriteBooleanValue(Scalars.Flag(scalar.Text)!.Value);
        }
        else if (scalar.IsPlain && Scalars.Number(scalar.Text) is { } number)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(scalar.Text);
        }
    }
}
