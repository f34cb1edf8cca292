namespace Callgate;

/// <summary>The prices and limits of models by provider, model and time.</summary>
/// <remarks>Immutable and thread-safe. Names ignore case; providers have LiteLLM's names.</remarks>
public sealed class PriceCatalogue
{
    private static readonly Lazy<PriceCatalogue> LazyDefault = new(static () => new(CatalogueData.Load(), []));

    private readonly CatalogueData _data;
    private readonly Dictionary<string, ModelPrice[]> _overrides;

    private PriceCatalogue(CatalogueData data, Dictionary<string, ModelPrice[]> overrides)
    {
        _data = data;
        _overrides = overrides;
    }

    /// <summary>The catalogue that comes with this version of the library; read when first used.</summary>
    public static PriceCatalogue Default => LazyDefault.Value;

    /// <summary>The version of the built-in prices: the day of their compilation.</summary>
    public string Version => _data.Version;

    /// <summary>Every row: overrides first, then the built-in ones in the order of their names.</summary>
    public IEnumerable<CatalogueEntry> Entries
    {
        get
        {
            foreach (var (key, prices) in _overrides)
            {
                var slash = key.IndexOf('/', StringComparison.Ordinal);
                foreach (var price in prices)
                {
                    yield return new(key[..slash], key[(slash + 1)..], price);
                }
            }
            for (var line = 0; line < _data.Count; line++)
            {
                yield return _data.EntryOf(line);
            }
        }
    }

    /// <summary>The price in effect at a time.</summary>
    /// <remarks>
    /// The exact name is tried first, then the provider's other spellings of it (Azure's <c>gpt-35</c>, Bedrock's
    /// regional prefixes, Fireworks' account prefix), then the name without its date, then <c>*</c>. An override wins
    /// over the built-in price of the same name.
    /// </remarks>
    /// <param name="provider">The provider, by LiteLLM's name.</param>
    /// <param name="model">The model, as the provider's API takes it.</param>
    /// <param name="at">The time of the call.</param>
    /// <returns>Null where no price is known.</returns>
    public ModelPrice? Find(string provider, string model, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(model);
        var name = ModelNames.Provider(provider);
        foreach (var candidate in ModelNames.Candidates(name, model))
        {
            var key = $"{name}/{candidate}";
            if ((Override(key, at) ?? _data.Find(key, at)) is { } price)
            {
                return price;
            }
        }
        return null;
    }

    /// <summary>A catalogue with a price of your own, which wins over the built-in one.</summary>
    /// <remarks>
    /// A price with <see cref="ModelPrice.EffectiveFrom"/> or <see cref="ModelPrice.EffectiveTo"/> holds on those days
    /// only. Of several prices in effect the one added last wins.
    /// </remarks>
    /// <param name="providerSlashModel">For instance <c>openai/gpt-4o</c>, or <c>my_provider/*</c> for all of its models.</param>
    /// <param name="price">The price.</param>
    public PriceCatalogue With(string providerSlashModel, ModelPrice price)
    {
        ArgumentNullException.ThrowIfNull(providerSlashModel);
        ArgumentNullException.ThrowIfNull(price);
        var slash = providerSlashModel.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == providerSlashModel.Length - 1)
        {
            throw new ArgumentException(
                $"\"{providerSlashModel}\" isn't of the form provider/model.",
                nameof(providerSlashModel)
            );
        }
        var key = $"{ModelNames.Provider(providerSlashModel[..slash])}{providerSlashModel[slash..]}";
        // A changed copy of a built-in price isn't the catalogue's any more, and costs must not claim so.
        var own = price.CatalogueVersion is null ? price : price with { CatalogueVersion = null };
        var overrides = new Dictionary<string, ModelPrice[]>(_overrides, StringComparer.OrdinalIgnoreCase);
        overrides[key] = [own, .. overrides.GetValueOrDefault(key, [])];
        return new(_data, overrides);
    }

    private ModelPrice? Override(string key, DateTimeOffset at) =>
        _overrides.TryGetValue(key, out var prices) ? Array.Find(prices, price => price.IsInEffect(at)) : null;
}
