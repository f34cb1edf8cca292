using Callgate.Gateway.Configuration;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>What is said of a config, word by word.</summary>
public sealed class ConfigDiagnosticsTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_at_once_by_line()
    {
        var lines = _folder.Lines(
            """
            model_list:
              - model_name: a
                litellm_params:
                  model: openai/gpt-4o
                  api_key: os.environ/NOT_SET
                  tempertaure: 0.5
                  timeout: soon
              - litellm_params: [openai/gpt-4o]
              - model_name: c
            litellm_settings:
              num_retires: 3
              request_timeout: [1]
              num_retries: 101
            general_settings:
              allowed_ips: ["10.0.0.1"]
              master_key: os.environ/ALSO_NOT_SET
              coolodwn_time: 5
            """
        );
        Assert.Equal(
            [
                "config.yaml:5:16: warning: model_list[0].litellm_params.api_key needs the environment variable NOT_SET, which is not set: calls to this deployment will fail.",
                "config.yaml:6:7: warning: model_list[0].litellm_params.tempertaure is no known key; did you mean temperature? It is ignored.",
                "config.yaml:7:16: error: model_list[0].litellm_params.timeout must be a number from 0.001 to 2073600.",
                "config.yaml:8:5: error: model_list[1].model_name is missing.",
                "config.yaml:8:21: error: model_list[1].litellm_params must be a map, not a list.",
                "config.yaml:9:5: error: model_list[2].litellm_params is missing.",
                "config.yaml:11:3: warning: litellm_settings.num_retires is no known key; did you mean num_retries? It is ignored.",
                "config.yaml:12:20: error: litellm_settings.request_timeout must be a number, not a list.",
                "config.yaml:13:16: error: litellm_settings.num_retries must be a number from 0 to 100.",
                "config.yaml:15:3: error: general_settings.allowed_ips is not enforced yet, and the gateway won't start without what it asks for. Let a firewall, or the server in front, do it. Remove the key, or start without it: --accept-unenforced allowed_ips",
                "config.yaml:16:15: error: general_settings.master_key needs the environment variable ALSO_NOT_SET, which is not set.",
                "config.yaml:17:3: warning: general_settings.coolodwn_time is no known key. It is ignored.",
            ],
            lines
        );
    }

    [Theory]
    [InlineData(
        "general_settings: {num_retries: 3}",
        "general_settings.num_retries is no known key; it belongs to litellm_settings."
    )]
    [InlineData("model_lits: []", "model_lits is no known key; did you mean model_list?")]
    [InlineData("zzzzzzzz: 1", "zzzzzzzz is no known key.")]
    public void Unknown_key(string yaml, string message)
    {
        Assert.Equal(
            $"config.yaml:1:{yaml.IndexOf(message.Split(' ')[0].Split('.')[^1], StringComparison.Ordinal) + 1}: warning: {message} It is ignored.",
            Assert.Single(_folder.Lines(yaml))
        );
        _folder.Options = _folder.Options with { Strict = true };
        var strict = Assert.Single(_folder.Load(yaml).Diagnostics);
        Assert.Equal(ConfigSeverity.Error, strict.Severity);
        Assert.EndsWith(message, strict.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "general_settings: {master_key: half,otherhalf}",
        "config.yaml:1:37: warning: general_settings.… is no known key. It is ignored."
    )]
    [InlineData(
        "general_settings: {master_key: half, \"other half\": x}",
        "config.yaml:1:38: warning: general_settings.other… is no known key. It is ignored."
    )]
    [InlineData(
        "a: [1",
        "config.yaml:2:1: error: This is no YAML: While parsing a flow sequence, did not find expected ',' or ']'."
    )]
    [InlineData(
        "a: b: c",
        "config.yaml:1:5: error: This is no YAML: While scanning a plain scalar value, found invalid mapping."
    )]
    [InlineData("- a", "config.yaml:1:1: error: A config is a map of sections, not a list.")]
    [InlineData("text", "config.yaml:1:1: error: A config is a map of sections, not text.")]
    [InlineData(
        "model_list: []\nmodel_list: []",
        "config.yaml:2:1: error: The key model_list stands here again; it stands in line 1 already."
    )]
    [InlineData(
        "model_list: []\n---\na: 1",
        "config.yaml:2:1: error: A second document begins here: a config is one document."
    )]
    [InlineData("? [a]\n: b", "config.yaml:1:3: error: A key must be text.")]
    [InlineData(
        "model_list: *nothing",
        "config.yaml:1:13: error: This alias has no anchor before it. Text that begins with * wants quotes."
    )]
    [InlineData(
        "model_list: &a [*a]",
        "config.yaml:1:17: error: This alias has no anchor before it. Text that begins with * wants quotes."
    )]
    [InlineData("<<: 3", "config.yaml:1:5: error: The merge key << takes a map, or a list of maps.")]
    [InlineData(
        "general_settings: !!python/object:os.system {}",
        "config.yaml:1:19: error: A tag of this kind has no meaning here: remove it."
    )]
    [InlineData("include: s3://bucket/a.yaml", "config.yaml:1:10: error: include must be a file on this machine.")]
    [InlineData(
        "include: config.yaml",
        "config.yaml:1:10: error: include is read already: each file can be included once."
    )]
    [InlineData(
        "include: ./config.yaml",
        "config.yaml:1:10: error: include is read already: each file can be included once."
    )]
    [InlineData("include: \"a\\0b\"", "config.yaml:1:10: error: include is no name of a file.")]
    [InlineData("include: [[a]]", "config.yaml:1:11: error: include[0] must be text.")]
    [InlineData("model_list: {}", "config.yaml:1:13: error: model_list must be a list, not a map.")]
    [InlineData(
        "model_list: [3]",
        "config.yaml:1:14: error: model_list[0] must be a map with model_name and litellm_params, not text."
    )]
    [InlineData(
        "router_settings: {routing_strategy: simple-shufle}",
        "config.yaml:1:37: error: router_settings.routing_strategy names no strategy that is known; did you mean simple-shuffle?"
    )]
    [InlineData(
        "router_settings: {routing_strategy: least-busy}",
        "config.yaml:1:37: warning: router_settings.routing_strategy names least-busy, which isn't built in yet: simple-shuffle is used."
    )]
    [InlineData(
        "router_settings: {fallbacks: [a]}",
        "config.yaml:1:31: error: router_settings.fallbacks[0] must be a map from a model to a list of models."
    )]
    [InlineData(
        "litellm_settings: {default_fallbacks: [a]}",
        "config.yaml:1:40: warning: litellm_settings.default_fallbacks[0] names a, which is in no entry of model_list."
    )]
    [InlineData(
        "router_settings: {model_group_alias: {gpt-4: b}}",
        "config.yaml:1:46: warning: router_settings.model_group_alias.gpt-4 names b, which is in no entry of model_list."
    )]
    [InlineData(
        "router_settings: {disable_cooldowns: perhaps}",
        "config.yaml:1:38: error: router_settings.disable_cooldowns must be true or false."
    )]
    [InlineData(
        "router_settings: {allowed_fails: 1.5}",
        "config.yaml:1:34: error: router_settings.allowed_fails must be a whole number."
    )]
    [InlineData(
        "callback_settings: {x: {}}",
        "config.yaml:1:21: warning: callback_settings.x is in no list of callbacks in litellm_settings: it has no effect."
    )]
    [InlineData(
        "general_settings: {master_key: \"\"}",
        "config.yaml:1:32: error: general_settings.master_key is empty. Remove it to have no master key."
    )]
    [InlineData(
        "general_settings: {master_key: os.environ/}",
        "config.yaml:1:32: error: general_settings.master_key names no environment variable: write os.environ/NAME."
    )]
    [InlineData(
        "environment_variables: {\"A=B\": c}",
        "config.yaml:1:25: error: environment_variables.A… is no name of a variable."
    )]
    [InlineData(
        "litellm_settings: {cache: true, cache_params: {mode: sometimes}}",
        "config.yaml:1:54: error: litellm_settings.cache_params.mode must be default_on or default_off."
    )]
    [InlineData(
        "litellm_settings: {callbacks: [{a: b}]}",
        "config.yaml:1:32: error: litellm_settings.callbacks[0] must be text."
    )]
    public void One_mistake(string yaml, string line) => Assert.Equal(line, Assert.Single(_folder.Lines(yaml)));

    [Theory]
    [InlineData(
        "api_base: localhost",
        "api_base must be an http or https address, without credentials and without a query."
    )]
    [InlineData(
        "api_base: https://user:pw@example.com",
        "api_base must be an http or https address, without credentials and without a query."
    )]
    [InlineData(
        "api_base: https://x.example/?api-version=1",
        "api_base must be an http or https address, without credentials and without a query."
    )]
    [InlineData("api_base: os.environ/NOT_SET", "api_base needs the environment variable NOT_SET, which is not set.")]
    [InlineData("weight: -1", "weight must be a number from 0 to 1000000000.")]
    [InlineData("rpm: lots", "rpm must be a number from 0 to 1000000000000.")]
    [InlineData("input_cost_per_token: -1", "input_cost_per_token must be a number from 0 to 1000000000.")]
    [InlineData("extra_headers: {\"a b\": c}", "extra_headers.a… is no name of a header.")]
    [InlineData("extra_headers: {a: \"b\\nc\"}", "extra_headers.a must be plain ASCII text in one line.")]
    [InlineData("extra_headers: text", "extra_headers must be a map, not text.")]
    [InlineData(
        "max_budget: 10",
        "max_budget is not enforced yet, and the gateway won't start without what it asks for. Nothing counts spend against a budget. Remove the key, or start without it: --accept-unenforced max_budget"
    )]
    public void One_mistake_in_a_deployment(string parameter, string message)
    {
        var line = Assert.Single(
            _folder.Lines($"model_list: [{{model_name: a, litellm_params: {{model: openai/a, {parameter}}}}}]")
        );
        Assert.Matches(@"^config\.yaml:1:\d+: error: ", line);
        Assert.EndsWith($": error: model_list[0].litellm_params.{message}", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gemini/gemini-2.5-pro", "")]
    [InlineData("bedrock/anthropic.claude-v2", "aws_region_name: eu-central-1")]
    [InlineData("vertex_ai/gemini-pro", "vertex_project: p")]
    [InlineData("ollama/llama3", "api_base: http://localhost:11434")]
    [InlineData("cohere/command-r", "")]
    [InlineData("some-model", "")]
    [InlineData("org/some-model", "")]
    [InlineData("gpt-4o", "mock_response: Hello")]
    [InlineData("gpt-4o", "litellm_credential_name: mine")]
    [InlineData("azure/x", "client_secret: s, api_base: 'https://x.example'")]
    [InlineData("x", "custom_llm_provider: groq")]
    public void A_deployment_that_cannot_be_served_is_listed(string model, string parameters)
    {
        var result = _folder.Load($"model_list: [{{model_name: a, litellm_params: {{model: {model}, {parameters}}}}}]");
        var warning = Assert.Single(result.Diagnostics);
        Assert.Equal("model_list[0].litellm_params.model", warning.KeyPath);
        Assert.StartsWith("can't be served: ", warning.Message, StringComparison.Ordinal);
        Assert.EndsWith(" Its calls are answered with 501.", warning.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], result.Config!.Models.Names);
        Assert.NotNull(result.Config.Models.Find("a").Unsupported);
        Assert.Empty(result.Config.Models.Deployments);
    }

    [Theory]
    [InlineData("openai/anything", "")]
    [InlineData("gpt-4o", "")]
    [InlineData("claude-sonnet-4-5", "")]
    [InlineData("anthropic/claude-x", "")]
    [InlineData("azure/x", "api_base: 'https://x.example'")]
    [InlineData("azure/x", "api_key: k, client_secret: s, api_base: 'https://x.example'")]
    [InlineData("some-model", "api_base: 'http://127.0.0.1:8000/v1'")]
    [InlineData("org/some-model", "api_base: 'http://127.0.0.1:8000/v1'")]
    [InlineData("some-model", "custom_llm_provider: openai")]
    [InlineData("mock/whatever", "")]
    public void A_deployment_that_can(string model, string parameters)
    {
        var config = _folder.Good($"model_list: [{{model_name: a, litellm_params: {{model: {model}, {parameters}}}}}]");
        Assert.Null(config.Models.Find("a").Unsupported);
        Assert.Single(config.Models.Deployments);
    }

    [Fact]
    public void An_empty_variable_is_as_good_as_none()
    {
        _folder.Variables["EMPTY"] = " ";
        Assert.Equal(
            [
                "config.yaml:1:32: error: general_settings.master_key needs the environment variable EMPTY, which is not set.",
                "config.yaml:2:71: warning: model_list[0].litellm_params.api_key needs the environment variable EMPTY, which is not set: calls to this deployment will fail.",
            ],
            _folder.Lines(
                "general_settings: {master_key: os.environ/EMPTY}\n"
                    + "model_list: [{model_name: a, litellm_params: {model: gpt-4o, api_key: os.environ/EMPTY}}]"
            )
        );
    }

    [Fact]
    public void A_deployment_without_an_address()
    {
        _folder.Variables.Remove("AZURE_API_BASE");
        const string yaml = "model_list: [{model_name: a, litellm_params: {model: azure/x}}]";
        Assert.Equal(
            "config.yaml:1:54: warning: model_list[0].litellm_params.model has no address: give an api_base, or set AZURE_API_BASE or AZURE_OPENAI_ENDPOINT. Its calls will fail.",
            Assert.Single(_folder.Lines(yaml))
        );
        _folder.Variables["AZURE_OPENAI_ENDPOINT"] = "https://x.example";
        Assert.Empty(_folder.Lines(yaml));
    }

    [Fact]
    public async Task The_master_key_is_the_config_s_else_the_options_else_our_variable_s_else_LiteLLM_s()
    {
        const string own = "general_settings: {master_key: own}";
        _folder.Variables["LITELLM_MASTER_KEY"] = "litellm";
        Assert.Equal(("litellm", "LITELLM_MASTER_KEY"), await MasterKeyOf("", null));
        _folder.Variables["CALLGATE_MASTER_KEY"] = "callgate";
        Assert.Equal(("callgate", "CALLGATE_MASTER_KEY"), await MasterKeyOf("", null));
        Assert.Equal("options", (await MasterKeyOf("", "options")).Key);
        Assert.Equal(("own", null), await MasterKeyOf(own, "options"));
        Assert.Equal(
            ("sk-master-geheim", "MASTER_KEY"),
            await MasterKeyOf("general_settings: {master_key: os.environ/MASTER_KEY}", null)
        );
        // That one is the gateway's alone: whoever reads the greeting has no such variable.
        Assert.Equal(("inside", null), await MasterKeyOf("environment_variables: {CALLGATE_MASTER_KEY: inside}", null));
    }

    private async Task<(string Key, string? Variable)> MasterKeyOf(string yaml, string? ofOptions)
    {
        var config = _folder.Good(yaml);
        var key = config.MasterKeyOr(ofOptions is null ? null : new Secret(ofOptions))!;
        return (await key.RevealAsync(TestContext.Current.CancellationToken), config.MasterKeyVariable);
    }

    [Fact]
    public void A_master_key_that_is_too_long() =>
        Assert.Equal(
            "config.yaml:1:32: error: general_settings.master_key is longer than 512 characters.",
            Assert.Single(_folder.Lines($"general_settings: {{master_key: {new string('x', 513)}}}"))
        );

    [Fact]
    public void Ids_are_their_own()
    {
        var config = _folder.Good(
            """
            model_list:
              - {model_name: a, litellm_params: {model: openai/x, api_key: one}}
              - {model_name: a, litellm_params: {model: openai/x, api_key: two}}
            """
        );
        Assert.Equal(["a:openai/x", "a:openai/x#2"], config.Models.Deployments.Select(d => d.Id));

        Assert.Equal(
            "config.yaml:3:74: error: model_list[1].model_info.id is the id of the deployment in line 2 too: each needs its own.",
            Assert.Single(
                _folder.Lines(
                    """
                    model_list:
                      - {model_name: a, litellm_params: {model: openai/x}, model_info: {id: same}}
                      - {model_name: b, litellm_params: {model: openai/yy}, model_info: {id: same}}
                    """
                )
            )
        );
    }

    [Fact]
    public void A_file_that_is_missing_or_no_text()
    {
        Assert.Equal(
            "The config does not exist.",
            _folder.LoadFile(_folder.PathOf("none.yaml")).Diagnostics[0].Message
        );
        Assert.Equal("The config can't be read.", _folder.LoadFile(_folder.PathOf("")).Diagnostics[0].Message);
        File.WriteAllBytes(_folder.PathOf("latin1.yaml"), [(byte)'a', 0xE9]);
        Assert.Equal(
            "The config is no UTF-8 text.",
            _folder.LoadFile(_folder.PathOf("latin1.yaml")).Diagnostics[0].Message
        );
        var huge = _folder.Write("huge.yaml", new string('#', (4 << 20) + 1));
        Assert.Equal("The config is larger than 4 MiB.", _folder.LoadFile(huge).Diagnostics[0].Message);
        var line = Assert.Single(_folder.Lines("include: [sub/none.yaml]"));
        Assert.StartsWith("config.yaml:1:11: error: include[0] names ", line, StringComparison.Ordinal);
        Assert.EndsWith("none.yaml, which does not exist.", line, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_config_is_good()
    {
        Assert.Empty(_folder.Good("").Models.Names);
        Assert.Empty(_folder.Good("# nothing\n").Models.Names);
        Assert.Empty(_folder.Good("model_list:\ngeneral_settings: {}\n").Models.Names);
        Assert.Empty(_folder.Good("\uFEFFmodel_list: []").Models.Names);
    }

    [Fact]
    public void Included_files_by_their_names()
    {
        _folder.Write(
            "sub/more.yaml",
            "general_settings:\n  master_key: two\n  alowed_ips: []\ninclude: [../last.yaml]"
        );
        _folder.Write("last.yaml", "litellm_settings: {num_retires: 1}");
        Assert.Equal(
            [
                "sub/more.yaml:2:3: warning: master_key stands in config.yaml:2 too; what is here holds.",
                "sub/more.yaml:3:3: warning: general_settings.alowed_ips is no known key; did you mean allowed_ips? It is ignored.",
                "sub/../last.yaml:1:20: warning: litellm_settings.num_retires is no known key; did you mean num_retries? It is ignored.",
            ],
            _folder
                .Lines("general_settings:\n  master_key: one\ninclude: [sub/more.yaml]")
                .Select(l => l.Replace(_folder.PathOf(""), "", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void The_report_says_all_and_counts()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var result = _folder.Load("a: 1\ngeneral_settings: {allowed_ips: []}\nmodel_list: 3");
        Assert.False(ConfigReport.Write(output, result));
        var lines = output.ToString().TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.EndsWith("config.yaml: 2 errors, 1 warning.", lines[^1], StringComparison.Ordinal);

        output.GetStringBuilder().Clear();
        Assert.True(ConfigReport.Write(output, _folder.Load("model_list: []")));
        Assert.EndsWith("config.yaml: good.\n", output.ToString(), StringComparison.Ordinal);
    }
}
