namespace Callgate;

/// <summary>One row of a <see cref="PriceCatalogue"/>.</summary>
/// <param name="Provider">The provider, by LiteLLM's name.</param>
/// <param name="Model">The model, as the provider's API takes it.</param>
/// <param name="Price">Its price and limits; a model whose price changed has several rows with different dates.</param>
public sealed record CatalogueEntry(string Provider, string Model, ModelPrice Price);
