using System.Collections.Frozen;
using Callgate.Providers.OpenAi;

namespace Callgate.Providers;

/// <summary>Every provider that is built in. A new one is a line here.</summary>
internal static class ProviderTable
{
    private static readonly LlmProvider[] s_all =
    [
        new OpenAiProvider(),
        new AzureOpenAi.AzureOpenAiProvider(),
        new Anthropic.AnthropicProvider(),
    ];

    private static readonly FrozenDictionary<string, LlmProvider> s_byName = s_all.ToFrozenDictionary(
        p => p.Name,
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Speaks the common tongue.</summary>
    public static LlmProvider Default => s_all[0];

    public static IReadOnlyList<LlmProvider> All => s_all;

    public static IEnumerable<string> Names => s_all.Select(p => p.Name);

    public static LlmProvider? Find(string name) => s_byName.GetValueOrDefault(name);

    public static LlmProvider? OwnerOf(string bareModel) => Array.Find(s_all, p => p.OwnsModel(bareModel));
}
