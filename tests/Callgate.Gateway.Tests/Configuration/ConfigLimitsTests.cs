using System.Text;
using Callgate.Gateway.Configuration;
using CsCheck;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>Files that are broken, hostile, or hold what nobody may see.</summary>
public sealed class ConfigLimitsTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_billion_laughs()
    {
        var bomb = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var i = 1; i < 20; i++)
        {
            bomb.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"
            );
        }

        Assert.Contains(
            "too much for a config",
            Assert.Single(_folder.Lines(bomb.ToString())),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_long_text_many_times()
    {
        var yaml = $"a: &a {new string('x', 100_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 1000))}]";
        Assert.Contains("too much for a config", Assert.Single(_folder.Lines(yaml)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    [InlineData("- ", "")]
    public void Deep_nesting(string open, string close)
    {
        var yaml =
            $"a:\n  {string.Concat(Enumerable.Repeat(open, 10_000))}1{string.Concat(Enumerable.Repeat(close, 10_000))}";
        Assert.Contains("nested more than 64 deep", Assert.Single(_folder.Lines(yaml)), StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_mistakes_are_a_thousand_lines()
    {
        var yaml = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"zzz{i}: 1\n"));
        var result = _folder.Load(yaml);
        Assert.Equal(1001, result.Diagnostics.Count);
        Assert.Equal("And 9000 more.", result.Diagnostics[^1].Message);
    }

    /// <summary>A mistake anywhere in a file full of keys shows none of them.</summary>
    [Fact]
    public void No_secret_is_ever_shown()
    {
        const string secret = "sk-geheim";
        var good = $$$"""
            environment_variables: {A: {{{secret}}}1}
            model_list:
              - model_name: a
                litellm_params: {model: gpt-4o, api_key: {{{secret}}}2, extra_headers: {authorization: Bearer {{{secret}}}3}}
              - model_name: b
                litellm_params:
                  model: azure/x
                  azure_ad_token: {{{secret}}}4
                  api_base: https://x.example
            litellm_settings:
              callbacks: [audit]
              cache: true
              cache_params: {type: redis, password: {{{secret}}}5}
            callback_settings: {audit: {token: {{{secret}}}6}}
            general_settings:
              master_key: {{{secret}}}7
              database_url: postgres://u:{{{secret}}}8@h/db
            """;
        Gen.Select(
                Gen.Int[0, good.Length - 1],
                Gen.Int[0, 3],
                Gen.OneOf(':', ' ', '\n', '[', ']', '{', '}', ',', '*', '&', '-', '"', '\'', '!', '|', '#')
            )
            .Sample(
                (at, kind, letter) =>
                {
                    var broken = kind switch
                    {
                        0 => good.Remove(at, 1),
                        1 => good.Insert(at, letter.ToString()),
                        2 => good.Remove(at, 1).Insert(at, letter.ToString()),
                        _ => good[..at],
                    };
                    using var folder = new ConfigFolder();
                    var result = folder.Load(broken);
                    Assert.All(
                        result.Diagnostics,
                        d => Assert.DoesNotContain("geheim", d.ToString(), StringComparison.Ordinal)
                    );
                    Assert.DoesNotContain("geheim", $"{result} {result.Config}", StringComparison.Ordinal);
                },
                iter: ConfigFolder.Rounds(200)
            );
        using var whole = new ConfigFolder();
        var config = whole.Good(good.Replace("type: redis", "type: local", StringComparison.Ordinal));
        Assert.DoesNotContain(
            "geheim",
            $"{config}{string.Concat(config.Callbacks)}{string.Concat(config.Models.Deployments)}{config.Variables}",
            StringComparison.Ordinal
        );
    }

    /// <summary>Whatever a file holds, it is read or complained of; nothing is thrown.</summary>
    [Fact]
    public void Mutated_files_only_get_diagnostics()
    {
        var examples = Directory
            .GetFiles(ConfigFolder.Examples, "*.yaml")
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText)
            .ToArray();
        var fragment = Gen.OneOf(
            Gen.OneOf(
                "\t",
                "\n",
                "\0",
                ": ",
                "- ",
                "[",
                "]",
                "{",
                "}",
                "&a ",
                "*a",
                "<<: ",
                "!!str ",
                "!x ",
                "|\n",
                ">\n",
                "---\n",
                "...\n",
                "? ",
                "%YAML 1.1\n",
                "\"",
                "'",
                "\u2028",
                "\uFEFF",
                "99999999999999999999999999999999",
                "-1",
                "1e400",
                ".inf",
                "null",
                "~",
                "true",
                "os.environ/",
                "os.environ/X"
            ),
            Gen.String[Gen.Char['\0', '\u00ff'], 1, 6],
            Gen.OneOf(examples).SelectMany(e => Gen.Int[0, e.Length - 1], (e, at) => e[at..Math.Min(e.Length, at + 40)])
        );
        var mutation = Gen.Select(Gen.Double[0, 1], Gen.Int[0, 30], fragment);
        Gen.Select(Gen.OneOf(examples), mutation.Array[1, 4])
            .Sample(
                (example, mutations) =>
                {
                    using var folder = new ConfigFolder();
                    var text = mutations.Aggregate(example, Mutated);
                    var result = folder.Load(text);
                    Assert.Equal(result.Config is null, result.Errors.Any());
                    if (result.Config is { } config)
                    {
                        // What is accepted can be used.
                        using var client = new LlmClient(config.ToClientOptions());
                    }
                },
                iter: ConfigFolder.Rounds(300)
            );
    }

    private static string Mutated(string text, (double At, int Length, string With) mutation)
    {
        var at = (int)(mutation.At * text.Length);
        return text.Remove(at, Math.Min(mutation.Length, text.Length - at)).Insert(at, mutation.With);
    }
}
