using System.Globalization;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// What a model's name says about what its API takes. A name that isn't Claude's, as other vendors' Anthropic-compatible
/// servers have, gets the oldest form; a name without a number, as previews have, the newest.
/// Source: Anthropic's pages on models, thinking, effort and structured outputs.
/// </summary>
internal readonly struct ClaudeModel
{
    private const int Newest = 9900;

    private readonly string _family;
    private readonly int _generation; // 405 for 4.5

    private ClaudeModel(string family, int generation)
    {
        _family = family;
        _generation = generation;
    }

    /// <summary>Whether the model decides itself how much to think, steered by an effort; older ones get a budget in tokens.</summary>
    public bool ThinksAdaptively => _generation >= 406;

    /// <summary>Whether the efforts between <c>high</c> and <c>max</c> exist.</summary>
    public bool HasXHighEffort => _generation >= 407;

    /// <summary>Whether the model can be held to a JSON Schema without a detour.</summary>
    public bool HasStructuredOutputs => _generation >= 401;

    /// <summary>
    /// The most tokens to generate where the request names no limit, which Anthropic insists on.
    /// Models that refuse a limit beyond what is left of their context window get a smaller one, so that long prompts still fit.
    /// </summary>
    public int DefaultMaxTokens =>
        _generation switch
        {
            >= 405 => 64_000,
            >= 307 => 32_000,
            >= 305 => 8192,
            _ => 4096,
        };

    /// <summary>The setting that turns thinking off where it is on by default; null where there is none.</summary>
    public string? ThinkingOff =>
        (_family, _generation) switch
        {
            ("opus" or "sonnet", 500) => "disabled",
            ("sonnet", >= 505) => "between_tools",
            ("haiku", >= 500) => "disabled",
            _ => null,
        };

    /// <summary>Whether the model always thinks, so that the least effort is the nearest to none.</summary>
    public bool AlwaysThinks => _generation >= 500 && ThinkingOff is null;

    /// <summary>Reads a name: <c>claude-sonnet-4-5-20250929</c>, <c>claude-3-7-sonnet-latest</c>, <c>claude-2.1</c>, <c>claude-opus-5</c>.</summary>
    public static ClaudeModel Parse(string model)
    {
        var at = model.IndexOf("claude", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return new ClaudeModel("", 0);
        }

        var family = "";
        var major = -1;
        var minor = -1;
        foreach (var word in model[at..].Split('-', '.', '@', ':', '/'))
        {
            if (word is "opus" or "sonnet" or "haiku")
            {
                family = word;
            }

            // Dates have more digits.
            if (
                word.Length is 0 or > 2
                || !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            )
            {
                if (major >= 0 && minor < 0)
                {
                    minor = 0;
                }
            }
            else if (major < 0)
            {
                major = number;
            }
            else if (minor < 0)
            {
                minor = number;
            }
        }

        return new ClaudeModel(family, major < 0 ? Newest : (major * 100) + Math.Max(minor, 0));
    }
}
