using System.Globalization;
using Callgate.Gateway.Configuration.Keys;
using Callgate.Gateway.Configuration.Yaml;

namespace Callgate.Gateway.Configuration;

/// <summary>Reads the values of one map by their types. What is wrong is reported, and read as absent; so is null.</summary>
internal sealed class ConfigMap(MapNode node, string path, LoadContext context)
{
    private static readonly MapNode s_nothing = new("", 0, 0, []);

    public MapNode Node => node;
    public LoadContext Context => context;

    public static ConfigMap Empty(LoadContext context) => new(s_nothing, "", context);

    public string PathOf(string key) => path.Length == 0 ? Shown.Key(key) : $"{path}.{Shown.Key(key)}";

    /// <summary>The path of a key that may be anything.</summary>
    public string PathOf(MapEntry entry) => path.Length == 0 ? Shown.Key(entry) : $"{path}.{Shown.Key(entry)}";

    /// <summary>Says which keys are unknown, ignored, or restrict something that isn't enforced.</summary>
    public void Check(KeyTable table, bool mentionIgnored = true)
    {
        foreach (var entry in node.Entries)
        {
            var (key, value) = entry;
            switch (table.Find(key.Text))
            {
                case null
                    when KnownKeys.FindRefused(key.Text) is { } refused
                        && !IsOff(value)
                        && !IsHarmlesslyEmpty(key.Text, value):
                    // It may do nothing here in LiteLLM either; but whoever wrote it relies on it.
                    context.ReportUnenforced(key, PathOf(key.Text), key.Text, refused.Note);
                    break;
                case null when !table.IsOpen:
                    ReportUnknown(entry, table);
                    break;
                case { Status: KeyStatus.Ignored } row when mentionIgnored && !IsOff(value):
                    context.Warn(key, PathOf(key.Text), $"is ignored. {row.Note}");
                    break;
                case { Status: KeyStatus.Refused } row when !IsOff(value) && !IsHarmlesslyEmpty(key.Text, value):
                    context.ReportUnenforced(key, PathOf(key.Text), key.Text, row.Note);
                    break;
            }
        }
    }

    private void ReportUnknown(MapEntry entry, KeyTable table)
    {
        var key = entry.Key;
        var elsewhere = KnownKeys.All.FirstOrDefault(t => t.Find(key.Text)?.Status == KeyStatus.Supported);
        var nearest = elsewhere is null ? EditDistance.Nearest(key.Text, table.Names) : null;
        var hint =
            elsewhere is not null ? $"; it belongs to {elsewhere.Name}."
            : nearest is not null ? $"; did you mean {nearest}?"
            : ".";
        context.ReportUnknown(key, hint == "." ? PathOf(entry) : PathOf(key.Text), $"is no known key{hint}");
    }

    /// <summary>Whether the key asks for nothing: null or false.</summary>
    private bool IsOff(ConfigNode value) =>
        value is ScalarNode { IsNull: true }
        || value is ScalarNode scalar && context.Resolve(scalar) is { } text && Scalars.Flag(text) == false;

    /// <summary>An empty list of guardrails guards nothing; an empty list of what is allowed allows nothing.</summary>
    private static bool IsHarmlesslyEmpty(string key, ConfigNode value) =>
        value is ListNode { Items.Count: 0 } or MapNode { Entries.Count: 0 }
        && !key.StartsWith("allowed_", StringComparison.Ordinal);

    /// <summary>The value; null where there is none, or YAML's null.</summary>
    public ConfigNode? Find(string key) =>
        node.Find(key) is var value && value is ScalarNode { IsNull: true } ? null : value;

    public bool Has(string key) => Find(key) is not null;

    public string? Text(string key) => Scalar(key, "text") is { } scalar ? TextOf(scalar, PathOf(key)) : null;

    /// <summary>Text that must be there.</summary>
    public string? RequiredText(string key)
    {
        if (!Has(key))
        {
            context.Error(node, PathOf(key), "is missing.");
        }

        return Text(key);
    }

    private string? TextOf(ScalarNode scalar, string at)
    {
        var text = context.Resolve(scalar);
        if (text is null)
        {
            context.ReportMissing(scalar, at);
        }

        return text is { Length: > 0 } ? text : null;
    }

    public bool? Flag(string key)
    {
        if (Scalar(key, "true or false") is not { } scalar || TextOf(scalar, PathOf(key)) is not { } text)
        {
            return null;
        }

        var flag = Scalars.Flag(text);
        if (flag is null)
        {
            context.Error(scalar, PathOf(key), "must be true or false.");
        }

        return flag;
    }

    public decimal? Number(string key, decimal least, decimal most)
    {
        if (Scalar(key, "a number") is not { } scalar || TextOf(scalar, PathOf(key)) is not { } text)
        {
            return null;
        }

        if (Scalars.Number(text) is { } number && number >= least && number <= most)
        {
            return number;
        }

        context.Error(
            scalar,
            PathOf(key),
            string.Create(CultureInfo.InvariantCulture, $"must be a number from {least} to {most}.")
        );
        return null;
    }

    public int? Whole(string key, int least, int most)
    {
        var number = Number(key, least, most);
        if (number is null || number == decimal.Truncate(number.Value))
        {
            return (int?)number;
        }

        context.Error(Find(key)!, PathOf(key), "must be a whole number.");
        return null;
    }

    /// <summary>Seconds, at most those of 24 days: timers can't wait longer.</summary>
    public TimeSpan? Seconds(string key, decimal least = 0.001m) =>
        Number(key, least, 24 * 86400) is { } seconds ? TimeSpan.FromSeconds((double)seconds) : null;

    /// <summary>A key or token. One from a variable that isn't set is a warning: calls that need it fail, and say why.</summary>
    public Secret? Secret(string key)
    {
        if (Scalar(key, "text") is not { } scalar)
        {
            return null;
        }

        if (context.Resolve(scalar) is { } text)
        {
            return string.IsNullOrWhiteSpace(text) ? null : new Secret(text.Trim());
        }

        var missing = LoadContext.Missing(scalar);
        context.Warn(scalar, PathOf(key), $"{missing}: calls to this deployment will fail.");
        return new Secret(_ =>
            throw LlmException.Create(
                LlmErrorKind.Authentication,
                $"The deployment's {Shown.Key(key)} {missing}.",
                new ErrorFacts(Code: "missing_api_key")
            )
        );
    }

    public ConfigMap? Map(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case MapNode map:
                return new ConfigMap(map, PathOf(key), context);
            case var other:
                context.Error(other, PathOf(key), $"must be a map, not {other.Kind}.");
                return null;
        }
    }

    /// <summary>The items of a list with their paths; of a single value, that one if <paramref name="orOne"/>.</summary>
    public IEnumerable<(ConfigNode Node, string Path)> Items(string key, bool orOne = false)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case ListNode list:
                return list.Items.Index().Select(i => (i.Item, $"{PathOf(key)}[{i.Index}]"));
            case ScalarNode one when orOne:
                return [(one, PathOf(key))];
            case var other:
                context.Error(other, PathOf(key), $"must be a list, not {other.Kind}.");
                return [];
        }
    }

    public IReadOnlyList<string> Texts(string key, bool orOne = false) =>
        [.. Items(key, orOne).Select(i => ItemText(i.Node, i.Path)).OfType<string>()];

    public string? ItemText(ConfigNode item, string at)
    {
        if (item is ScalarNode { IsNull: false } scalar)
        {
            return TextOf(scalar, at);
        }

        context.Error(item, at, "must be text.");
        return null;
    }

    private ScalarNode? Scalar(string key, string expected)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case ScalarNode scalar:
                return scalar;
            case var other:
                context.Error(other, PathOf(key), $"must be {expected}, not {other.Kind}.");
                return null;
        }
    }
}
