using System.Text.RegularExpressions;
using Callgate.Gateway.Configuration.Keys;
using Callgate.Gateway.Configuration.Yaml;
using Callgate.Providers;
using Callgate.Routing;

namespace Callgate.Gateway.Configuration;

/// <summary>Reads one entry's <c>litellm_params</c> and <c>model_info</c>.</summary>
internal sealed partial class DeploymentReader(string modelName, ConfigMap parameters, ConfigMap info)
{
    private readonly LoadContext _context = parameters.Context;

    public Deployment Deployment { get; set; } = new() { ModelName = modelName, Model = "" };

    /// <summary>Why its calls are answered with 501; null where they are not.</summary>
    public string? WhyUnsupported { get; private set; }

    public decimal? Weight { get; private set; }
    public decimal? Rpm { get; private set; }
    public decimal? Tpm { get; private set; }
    public ConfigNode At => parameters.Node;

    public string PathOf(string key) => parameters.PathOf(key);

    /// <summary>Reads it; false where it names no model.</summary>
    public bool TryRead()
    {
        info.Check(KnownKeys.ModelInfo);
        if (parameters.RequiredText("model") is not { } model)
        {
            parameters.Check(KnownKeys.LitellmParams);
            return false;
        }

        if (
            parameters.Text("custom_llm_provider") is { } named
            && !model.StartsWith($"{named}/", StringComparison.Ordinal)
        )
        {
            model = $"{named}/{model}";
        }

        var apiBase = ReadApiBase();
        WhyUnsupported = UnsupportedKey() ?? KnownProviders.WhyUnsupported(model, apiBase is not null);
        parameters.Check(KnownKeys.LitellmParams, mentionIgnored: WhyUnsupported is null);
        CheckStars(model);
        Deployment = Deployment with { Model = model, ApiBase = apiBase };
        if (WhyUnsupported is not null)
        {
            _context.Warn(
                parameters.Find("model")!,
                parameters.PathOf("model"),
                $"can't be served: {WhyUnsupported} Its calls are answered with 501."
            );
            return true;
        }

        if (KnownProviders.AddressMissing(model, apiBase is not null, _context) is { } missing)
        {
            _context.Warn(parameters.Find("model")!, parameters.PathOf("model"), missing);
        }

        Weight = parameters.Number("weight", 0, 1_000_000_000);
        Rpm = parameters.Number("rpm", 0, 1_000_000_000_000);
        Tpm = parameters.Number("tpm", 0, 1_000_000_000_000);
        Deployment = Deployment with
        {
            ApiKey = ReadKey(model),
            ApiVersion = parameters.Text("api_version"),
            BaseModel = info.Text("base_model") ?? parameters.Text("base_model"),
            Timeout = parameters.Seconds("timeout"),
            StreamTimeout = parameters.Seconds("stream_timeout"),
            Headers = ReadHeaders(),
            UseChatCompletionsApi = parameters.Flag("use_chat_completions_api"),
        };
        Deployment = Deployment with { Price = new PriceReader(parameters, info).Read(Deployment) };
        return true;
    }

    /// <summary>A key that would send calls where, or as, nobody meant them.</summary>
    private string? UnsupportedKey()
    {
        var key = KnownKeys
            .LitellmParams.Rows.Where(r => r.Status == KeyStatus.Unserved)
            .SelectMany(r => r.Names, (row, name) => (row, name))
            .FirstOrDefault(k => parameters.Has(k.name));
        // One way to log in is enough.
        var isLogin = key.name is "client_secret" or "azure_username" or "azure_password";
        return key.name is null || isLogin && (parameters.Has("api_key") || parameters.Has("azure_ad_token"))
            ? null
            : $"{key.name} isn't supported. {key.row.Note}";
    }

    private string? ReadApiBase()
    {
        var key = parameters.Has("api_base") ? "api_base" : "base_url";
        if (parameters.Text(key) is not { } text)
        {
            return null;
        }

        var isGood =
            Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https"
            && url.UserInfo.Length == 0
            && url.Query.Length == 0
            && url.Fragment.Length == 0;
        if (!isGood)
        {
            _context.Error(
                parameters.Find(key)!,
                parameters.PathOf(key),
                "must be an http or https address, without credentials and without a query."
            );
        }

        return isGood ? text : null;
    }

    /// <summary>Azure takes a token of Entra ID in the key's place.</summary>
    private Secret? ReadKey(string model)
    {
        if (!parameters.Has("azure_ad_token"))
        {
            return parameters.Secret("api_key");
        }

        var token = parameters.Secret("azure_ad_token");
        return model.StartsWith("azure/", StringComparison.OrdinalIgnoreCase) && token is not null
            ? new Secret(token.RevealAsync)
            : token;
    }

    private IReadOnlyDictionary<string, string> ReadHeaders()
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        if (parameters.Text("organization") is { } organization)
        {
            headers["OpenAI-Organization"] = organization;
        }

        foreach (var map in new[] { parameters.Map("headers"), parameters.Map("extra_headers") }.OfType<ConfigMap>())
        {
            foreach (var entry in map.Node.Entries)
            {
                var key = entry.Key;
                if (!HeaderName().IsMatch(key.Text))
                {
                    _context.Error(key, map.PathOf(entry), "is no name of a header.");
                }
                else if (map.Text(key.Text) is { } value)
                {
                    if (value.Any(c => c != '\t' && c is < ' ' or > '~'))
                    {
                        _context.Error(
                            map.Find(key.Text)!,
                            map.PathOf(key.Text),
                            "must be plain ASCII text in one line."
                        );
                    }

                    headers[key.Text] = value;
                }
            }
        }

        return headers.Count == 0 ? AdditionalArgs.NoHeaders : headers;
    }

    private void CheckStars(string model)
    {
        if (model.Count(c => c == '*') > modelName.Count(c => c == '*'))
        {
            _context.Error(
                parameters.Find("model")!,
                parameters.PathOf("model"),
                "has more stars than its model_name: nothing tells what they stand for."
            );
        }
    }

    [GeneratedRegex("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}$")]
    private static partial Regex HeaderName();
}
