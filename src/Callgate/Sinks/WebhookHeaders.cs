namespace Callgate.Sinks;

/// <summary>The headers of a webhook: those of the environment, and over them those of the settings.</summary>
internal static class WebhookHeaders
{
    private const string TokenCharacters =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // A request's frame is not for its sender to say.
    private static readonly string[] s_refused = ["Content-Length", "Transfer-Encoding", "Connection", "Host"];

    public static IReadOnlyDictionary<string, string> Read(SinkSettings settings, string name, string variable)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (
            var entry in (settings.Environment(variable) ?? "").Split(
                ',',
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            )
        )
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new ArgumentException(
                    $"{variable}, which the callback '{settings.Callback}' reads, must look like name=value,name=value."
                );
            }

            headers[entry[..equals].Trim()] = entry[(equals + 1)..].Trim();
        }

        foreach (var (header, value) in settings.Map(name))
        {
            headers[header] = value;
        }

        foreach (var (header, value) in headers)
        {
            Check(settings, name, header, value);
        }

        return headers;
    }

    private static void Check(SinkSettings settings, string name, string header, string value)
    {
        if (header.Length == 0 || header.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            throw settings.Wrong(name, "has a name that no header can have");
        }

        if (s_refused.Contains(header, StringComparer.OrdinalIgnoreCase))
        {
            throw settings.Wrong(name, $"must not set {header}");
        }

        if (value.Any(c => c is not '\t' and (< ' ' or > '~')))
        {
            throw settings.Wrong(
                name,
                $"has a value for {header} that no header can carry: look for a line break at its end"
            );
        }
    }
}
