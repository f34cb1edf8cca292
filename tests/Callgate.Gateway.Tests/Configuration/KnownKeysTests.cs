using System.Text;
using Callgate.Gateway.Configuration;
using Callgate.Gateway.Configuration.Keys;
using CsCheck;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>Each key does what its table says, and the documentation says it too.</summary>
public sealed class KnownKeysTests : IDisposable
{
    private const string Begin = "<!-- the tables of keys: begin -->\n";
    private const string End = "<!-- the tables of keys: end -->\n";

    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Refused => Keys(KeyStatus.Refused);

    public static TheoryData<string, string> Ignored => Keys(KeyStatus.Ignored);

    private static TheoryData<string, string> Keys(KeyStatus status)
    {
        var data = new TheoryData<string, string>();
        foreach (var table in KnownKeys.All)
        {
            foreach (var key in table.Rows.Where(r => r.Status == status).SelectMany(r => r.Names))
            {
                data.Add(table.Name, key);
            }
        }

        return data;
    }

    private static string Yaml(string table, string key, string value) =>
        table switch
        {
            "the top level" => $"{key}: {value}",
            "an entry of model_list" =>
                $"model_list: [{{model_name: a, litellm_params: {{model: gpt-4o}}, {key}: {value}}}]",
            "litellm_params" => $"model_list: [{{model_name: a, litellm_params: {{model: gpt-4o, {key}: {value}}}}}]",
            "model_info" =>
                $"model_list: [{{model_name: a, litellm_params: {{model: gpt-4o}}, model_info: {{{key}: {value}}}}}]",
            "cache_params" => $"litellm_settings: {{cache: true, cache_params: {{{key}: {value}}}}}",
            _ => $"{table}: {{{key}: {value}}}",
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_restricts_and_is_not_enforced_refuses_the_start(string table, string key)
    {
        var yaml = Yaml(table, key, "[something]");
        var result = _folder.Load(yaml);
        Assert.Null(result.Config);
        var error = Assert.Single(result.Errors);
        Assert.EndsWith(key, error.KeyPath, StringComparison.Ordinal);
        Assert.EndsWith($"--accept-unenforced {key}", error.Message, StringComparison.Ordinal);
        Assert.True(error is { Line: 1, Column: >= 1 });

        foreach (var accepted in new[] { key, Shown.WithoutIndices(error.KeyPath) })
        {
            _folder.Options = new ConfigLoadOptions { AcceptUnenforced = new HashSet<string> { accepted } };
            result = _folder.Load(yaml);
            Assert.NotNull(result.Config);
            Assert.Equal(
                "is not enforced; accepted by --accept-unenforced.",
                Assert.Single(result.Diagnostics).Message
            );
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_switched_off_restricts_nothing(string table, string key)
    {
        Assert.Empty(_folder.Lines(Yaml(table, key, "false")));
        Assert.Empty(_folder.Lines(Yaml(table, key, "null")));
        Assert.Equal(
            key.StartsWith("allowed_", StringComparison.Ordinal) ? 1 : 0,
            _folder.Lines(Yaml(table, key, "[]")).Length
        );
    }

    [Theory]
    [MemberData(nameof(Ignored))]
    public void What_is_ignored_warns(string table, string key)
    {
        var result = _folder.Load(Yaml(table, key, "3"));
        Assert.NotNull(result.Config);
        Assert.StartsWith("is ignored. ", Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Lines(Yaml(table, key, "false")));
    }

    [Theory]
    [InlineData("litellm_settings: {allowed_ips: [a]}")]
    [InlineData("general_settings: {guardrails: [a]}")]
    [InlineData("max_budget: 3")]
    [InlineData("router_settings: {optional_pre_call_checks: [prompt_caching, router_budget_limiting]}")]
    [InlineData("router_settings: {enforce_user_param: true}")]
    [InlineData("model_list: [{model_name: a, litellm_params: {model: gpt-4o}, model_info: {max_budget: 3}}]")]
    [InlineData(
        "model_list: [{model_name: a, litellm_params: {model: gpt-4o, rpm: 3}}]\nrouter_settings: {routing_strategy: usage-based-routing-v2}"
    )]
    public void A_restriction_in_the_wrong_place_refuses_too(string yaml) =>
        Assert.Contains(
            "--accept-unenforced",
            Assert.Single(_folder.Load(yaml).Errors).Message,
            StringComparison.Ordinal
        );

    /// <summary>One slip in a key, and the message names that key, or one that is as near.</summary>
    [Fact]
    public void A_slip_gets_the_right_suggestion() =>
        (
            from table in Gen.OneOf([
                .. KnownKeys.All.Where(t => t.Name is not ("model_info" or "an entry of model_list")),
            ])
            from key in Gen.OneOf([.. table.Names.Where(n => n.Length >= 5)])
            from at in Gen.Int[0, key.Length - 2]
            from letter in Gen.Char['a', 'z']
            from kind in Gen.Int[0, 3]
            select (table, key, slip: Slip(key, at, letter, kind))
        ).Sample(
            s =>
            {
                if (KnownKeys.All.Any(t => t.Find(s.slip) is not null))
                {
                    return;
                }

                using var folder = new ConfigFolder();
                var message = folder
                    .Load(Yaml(s.table.Name, s.slip, "3"))
                    .Diagnostics.Single(d => d.Message.StartsWith("is no known key", StringComparison.Ordinal))
                    .Message;
                var suggested = message.Split("did you mean ")[1].Split('?')[0];
                Assert.Equal(1, EditDistance.Between(s.slip, suggested));
                if (s.table.Names.Count(n => EditDistance.Between(s.slip, n) == 1) == 1)
                {
                    Assert.Equal(s.key, suggested);
                }
            },
            iter: ConfigFolder.Rounds(100)
        );

    private static string Slip(string key, int at, char letter, int kind) =>
        kind switch
        {
            0 => key.Remove(at, 1),
            1 => key.Insert(at, letter.ToString()),
            2 => key.Remove(at, 1).Insert(at, letter.ToString()),
            _ => key.Remove(at, 2).Insert(at, $"{key[at + 1]}{key[at]}"),
        };

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("num_retires", "num_retries", 1)]
    public void Distance(string one, string other, int distance)
    {
        Assert.Equal(distance, EditDistance.Between(one, other));
        Assert.Equal(distance, EditDistance.Between(other, one));
    }

    /// <summary>To bring the page up to date, run the test with CALLGATE_UPDATE_DOCS=1.</summary>
    [Fact]
    public void The_documentation_has_the_tables()
    {
        var path = Path.Combine(ConfigFolder.Root, "docs/migrating-from-litellm.md");
        var page = File.ReadAllText(path).ReplaceLineEndings("\n");
        var (begin, end) = (
            page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length,
            page.IndexOf(End, StringComparison.Ordinal)
        );
        var tables = string.Concat(KnownKeys.All.Select(Table));
        if (Environment.GetEnvironmentVariable("CALLGATE_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, page[..begin] + tables + page[end..]);
            return;
        }

        Assert.Equal(tables, page[begin..end]);
    }

    private static string Table(KeyTable table)
    {
        var text = new StringBuilder($"\n### {Title(table.Name)}\n\n| Key | | |\n|---|---|---|\n");
        foreach (var row in table.Rows)
        {
            var status = row.Status switch
            {
                KeyStatus.Supported => "supported",
                KeyStatus.Ignored => "ignored",
                KeyStatus.Unserved => "501",
                _ => "**refused**",
            };
            text.Append($"| {string.Join(", ", row.Names.Select(n => $"`{n}`"))} | {status} | {row.Note} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Title(string name) =>
        name switch
        {
            "the top level" => "The top level",
            "an entry of model_list" => "An entry of `model_list`",
            _ => $"`{name}`",
        };
}
