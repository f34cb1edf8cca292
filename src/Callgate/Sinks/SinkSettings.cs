using System.Collections;
using System.Globalization;

namespace Callgate.Sinks;

/// <summary>
/// Reads the settings of one callback, as YAML has them: texts, numbers, lists, maps. A value may name an environment variable,
/// as <c>os.environ/NAME</c>. What can't be right is refused with the setting's name, and never with its value, which may be a secret.
/// </summary>
internal sealed class SinkSettings(
    string callback,
    IReadOnlyDictionary<string, object?> values,
    Func<string, string?> environment,
    TimeProvider timeProvider
)
{
    private const string EnvironmentPrefix = "os.environ/";

    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    public string Callback => callback;

    public TimeProvider TimeProvider => timeProvider;

    public string? Environment(string variable) =>
        environment(variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;

    public string? Text(string name) => Value(name) is { } value ? Scalar(name, value) : null;

    public int? Whole(string name, string? variable = null) =>
        (Text(name) ?? FromEnvironment(variable)) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, "must be a whole number", variable);

    public TimeSpan? Seconds(string name, string? variable = null) =>
        (Text(name) ?? FromEnvironment(variable)) is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= TimeSpan.FromDays(24).TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
        : throw Wrong(name, "must be a number of seconds, at most 24 days", variable);

    /// <summary>A number of bytes, also as <c>100MB</c>.</summary>
    public long? Bytes(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var number = text.TrimEnd('B', 'b', 'K', 'k', 'M', 'm', 'G', 'g', ' ');
        var shift = text[number.Length..].Trim().ToUpperInvariant() switch
        {
            "" or "B" => 0,
            "K" or "KB" => 10,
            "M" or "MB" => 20,
            "G" or "GB" => 30,
            _ => -1,
        };
        return
            shift >= 0
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size is > 0 and < 1L << 32
            ? size << shift
            : throw Wrong(name, "must be a number of bytes above 0, such as 1048576 or 100MB");
    }

    /// <summary>A list of texts; one text alone is a list of one.</summary>
    public IReadOnlyList<string>? Texts(string name) =>
        Value(name) switch
        {
            null => null,
            string text => [Scalar(name, text)],
            IDictionary => throw Wrong(name, "must be a list"),
            IEnumerable list => [.. list.Cast<object?>().Select(item => Scalar(name, item))],
            _ => throw Wrong(name, "must be a list"),
        };

    public IEnumerable<KeyValuePair<string, string>> Map(string name) =>
        Value(name) switch
        {
            null => [],
            IReadOnlyDictionary<string, object?> map => map.Select(p =>
                KeyValuePair.Create(p.Key, Scalar(name, p.Value))
            ),
            IReadOnlyDictionary<object, object?> map => map.Select(p =>
                KeyValuePair.Create(Scalar(name, p.Key), Scalar(name, p.Value))
            ),
            _ => throw Wrong(name, "must be a map of names and values"),
        };

    /// <summary>To be called when all that is known has been read.</summary>
    public void RefuseUnknown()
    {
        // What the callback is was read by whoever came here.
        _known.Add("callback_type");
        if (values.Keys.FirstOrDefault(k => !_known.Contains(k)) is { } unknown)
        {
            throw new ArgumentException(
                $"The callback '{callback}' has no setting '{unknown}'. It has: {string.Join(", ", _known)}."
            );
        }
    }

    public ArgumentException Wrong(string name, string problem, string? variable = null) =>
        new(
            $"The setting '{name}' of the callback '{callback}' {problem}."
                + (Value(name) is null && variable is not null ? $" It comes from the environment's {variable}." : "")
        );

    private object? Value(string name)
    {
        _known.Add(name);
        return values.TryGetValue(name, out var value) ? value : null;
    }

    private string? FromEnvironment(string? variable) => variable is null ? null : Environment(variable);

    private string Scalar(string name, object? value)
    {
        if (value is null or IEnumerable and not string)
        {
            throw Wrong(name, "must be a text, or hold texts only");
        }

        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        if (!text.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
        {
            return text;
        }

        var variable = text[EnvironmentPrefix.Length..];
        return Environment(variable)
            ?? throw Wrong(name, $"names the environment variable {variable}, which isn't set");
    }
}
