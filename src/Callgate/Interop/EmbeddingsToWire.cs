using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Embeddings of Microsoft.Extensions.AI on the wire. What is given by its name on the wire wins over the typed options.</summary>
internal static class EmbeddingsToWire
{
    /// <param name="values">The texts; enumerated once.</param>
    /// <param name="options">Left as they are.</param>
    /// <param name="defaultModel">The model where the options name none.</param>
    /// <param name="generator">For whom the options' factory makes its raw request; null where the request is another generator's, and only looked at.</param>
    public static EmbeddingRequest Map(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options,
        string defaultModel,
        IEmbeddingGenerator? generator = null
    )
    {
        var raw = generator is null ? null : options?.RawRepresentationFactory?.Invoke(generator) as EmbeddingRequest;
        var named = Named(options?.AdditionalProperties, raw, isOurs: generator is not null);
        return named with
        {
            Model = string.IsNullOrEmpty(raw?.Model) ? options?.ModelId ?? defaultModel : raw.Model,
            Input = [.. values],
            Dimensions = named.Dimensions ?? options?.Dimensions,
        };
    }

    /// <param name="embeddings">Left as they are.</param>
    /// <param name="model">The model that was asked, where the embeddings name none.</param>
    public static EmbeddingResponse Map<TEmbedding>(GeneratedEmbeddings<TEmbedding> embeddings, string? model = null)
        where TEmbedding : Embedding =>
        new()
        {
            Object = "list",
            Model = embeddings.Select(e => e.ModelId).FirstOrDefault(m => m is not null) ?? model,
            Usage = embeddings.Usage is { } usage ? UsageToWire.Map(usage) : null,
            AdditionalProperties = ResponseFields.Rest(embeddings.AdditionalProperties),
            Data =
            [
                .. embeddings.Select(
                    (embedding, index) =>
                        new EmbeddingItem
                        {
                            Object = "embedding",
                            Index = index,
                            Embedding = Vector(embedding),
                        }
                ),
            ],
        };

    private static ReadOnlyMemory<float> Vector(Embedding embedding) =>
        embedding switch
        {
            Embedding<float> floats => floats.Vector,
            Embedding<double> doubles => Array.ConvertAll(doubles.Vector.ToArray(), static d => (float)d),
            Embedding<Half> halves => Array.ConvertAll(halves.Vector.ToArray(), static h => (float)h),
            Embedding<sbyte> bytes => Array.ConvertAll(bytes.Vector.ToArray(), static b => (float)b),
            Embedding<byte> bytes => Array.ConvertAll(bytes.Vector.ToArray(), static b => (float)b),
            _ => default,
        };

    private static EmbeddingRequest Named(
        AdditionalPropertiesDictionary? properties,
        EmbeddingRequest? raw,
        bool isOurs
    )
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in properties ?? [])
        {
            if (
                name is not (CallOptionsCarrier.Key or "model" or "input")
                && JsonValues.TryToElement(value, out var element)
            )
            {
                fields[name] = element;
            }
        }

        if (fields.Count == 0)
        {
            return raw ?? new EmbeddingRequest { Model = "", Input = [] };
        }

        if (raw is not null)
        {
            var own = JsonSerializer.SerializeToElement(raw with { Input = [] }, WireJson.Default.EmbeddingRequest);
            foreach (var field in own.EnumerateObject())
            {
                fields[field.Name] = field.Value;
            }
        }

        fields["model"] = "";
        fields["input"] = Array.Empty<object>();
        try
        {
            return JsonSerializer.Deserialize(JsonValues.ToJsonObject(fields), WireJson.Default.EmbeddingRequest)!;
        }
        catch (JsonException) when (!isOurs)
        {
            // As with chat.
            return new EmbeddingRequest { Model = "", Input = [] };
        }
        catch (JsonException e)
        {
            throw new ArgumentException(
                $"EmbeddingGenerationOptions.AdditionalProperties has a value at {e.Path} that the request's field of that name can't hold.",
                nameof(properties),
                e
            );
        }
    }
}
