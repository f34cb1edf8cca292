using Callgate.Providers;
using Callgate.Routing;

namespace Callgate.Gateway.Configuration;

/// <summary>Reads a deployment's prices: USD for one token there, for a million here.</summary>
internal sealed class PriceReader(ConfigMap parameters, ConfigMap info)
{
    private const decimal Million = 1_000_000;

    /// <summary>The price; null where the catalogue's holds.</summary>
    public ModelPrice? Read(Deployment deployment)
    {
        var long128 = Set("input_cost_per_token_above_128k_tokens", "output_cost_per_token_above_128k_tokens");
        var long200 = Set("input_cost_per_token_above_200k_tokens", "output_cost_per_token_above_200k_tokens");
        var own = new ModelPrice
        {
            InputPerMillionTokens = Of("input_cost_per_token"),
            OutputPerMillionTokens = Of("output_cost_per_token"),
            CachedInputPerMillionTokens = Of("cache_read_input_token_cost"),
            CacheWrite5mPerMillionTokens = Of("cache_creation_input_token_cost"),
            CacheWrite1hPerMillionTokens = Of("cache_creation_input_token_cost_above_1hr"),
            ReasoningPerMillionTokens = Of("output_cost_per_reasoning_token"),
            InputAudioPerMillionTokens = Of("input_cost_per_audio_token"),
            OutputAudioPerMillionTokens = Of("output_cost_per_audio_token"),
            Batch = Set("input_cost_per_token_batches", "output_cost_per_token_batches"),
            Flex = Set("input_cost_per_token_flex", "output_cost_per_token_flex"),
            Priority = Set("input_cost_per_token_priority", "output_cost_per_token_priority"),
            LongContext = long200 ?? long128,
            LongContextThreshold =
                long200 is not null ? 200_000
                : long128 is not null ? 128_000
                : null,
        };
        if (own == new ModelPrice())
        {
            return null;
        }

        own = own with { Mode = info.Text("mode") };
        return own is { InputPerMillionTokens: not null, OutputPerMillionTokens: not null }
            ? own
            : Completed(own, deployment);
    }

    /// <summary>Half a price is a change of the catalogue's.</summary>
    private ModelPrice Completed(ModelPrice own, Deployment deployment)
    {
        if (Listed(deployment) is not { } listed)
        {
            return own;
        }

        return listed with
        {
            CatalogueVersion = null,
            EffectiveFrom = null,
            EffectiveTo = null,
            InputPerMillionTokens = own.InputPerMillionTokens ?? listed.InputPerMillionTokens,
            OutputPerMillionTokens = own.OutputPerMillionTokens ?? listed.OutputPerMillionTokens,
            CachedInputPerMillionTokens = own.CachedInputPerMillionTokens ?? listed.CachedInputPerMillionTokens,
            CacheWrite5mPerMillionTokens = own.CacheWrite5mPerMillionTokens ?? listed.CacheWrite5mPerMillionTokens,
            CacheWrite1hPerMillionTokens = own.CacheWrite1hPerMillionTokens ?? listed.CacheWrite1hPerMillionTokens,
            ReasoningPerMillionTokens = own.ReasoningPerMillionTokens ?? listed.ReasoningPerMillionTokens,
            InputAudioPerMillionTokens = own.InputAudioPerMillionTokens ?? listed.InputAudioPerMillionTokens,
            OutputAudioPerMillionTokens = own.OutputAudioPerMillionTokens ?? listed.OutputAudioPerMillionTokens,
            Batch = own.Batch ?? listed.Batch,
            Flex = own.Flex ?? listed.Flex,
            Priority = own.Priority ?? listed.Priority,
            LongContext = own.LongContext ?? listed.LongContext,
            LongContextThreshold = own.LongContextThreshold ?? listed.LongContextThreshold,
            Mode = own.Mode ?? listed.Mode,
        };
    }

    private ModelPrice? Listed(Deployment deployment)
    {
        if (WildcardPattern.IsPattern(deployment.Model))
        {
            return null;
        }

        var (provider, model, _) = Routing.ModelNames.Resolve(deployment.Model, hasApiBase: true);
        var now = parameters.Context.Options.TimeProvider.GetUtcNow();
        return PriceCatalogue.Default.Find(provider.Name, deployment.BaseModel ?? model, now);
    }

    private PriceSet? Set(string input, string output) =>
        (Of(input), Of(output)) is var (of, to) && (of ?? to) is null
            ? null
            : new PriceSet { InputPerMillionTokens = of, OutputPerMillionTokens = to };

    private decimal? Of(string key)
    {
        var price = (parameters.Has(key) ? parameters : info).Number(key, 0, 1_000_000_000) * Million;
        // Division drops the zeros at the end, which the multiplication leaves there.
        return price / 1.0000000000000000000000000000m;
    }
}
