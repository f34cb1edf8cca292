using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Callgate.Testing;

namespace Callgate.Samples.Tests;

/// <summary><c>callgate serve</c> and <c>callgate check</c>, as processes.</summary>
public partial class ServeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_config_it_serves_the_mock_and_the_line_that_it_prints_works()
    {
        await using var host = await HostProcess.StartAsync(["serve", "--port", "0"]);

        var answer = await Shell.RunCurlAsync(host.Curl);

        Assert.Contains("for this machine only: there is no master key.", host.Output, StringComparison.Ordinal);
        Assert.Contains("\nModels: mock/*\n", host.Output, StringComparison.Ordinal);
        Assert.Contains("Hello from gpt-4o-mini (mock).", answer, StringComparison.Ordinal);
        Assert.Contains("\"model\":\"mock/gpt-4o-mini\"", answer, StringComparison.Ordinal);
        using var client = host.NewClient();
        using var missing = await client.GetAsync("/v1/nothing", Token);
        using var wrong = await client.GetAsync("/v1/chat/completions", Token);
        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed),
            (missing.StatusCode, wrong.StatusCode)
        );
        Assert.StartsWith(
            """{"error":{"message":"There is no GET /v1/nothing here.""",
            await missing.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            """{"error":{"message":"/v1/chat/completions takes POST, and no GET.""",
            await wrong.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Its_page_about_the_endpoints_needs_nobody_else()
    {
        await using var host = await HostProcess.StartAsync(["serve", "--port", "0"]);
        using var client = host.NewClient();

        using var response = await client.GetAsync("/docs", Token);
        var page = await response.Content.ReadAsStringAsync(Token);

        Assert.Contains($": {host.Address}docs\n", host.Output, StringComparison.Ordinal);
        Assert.Equal(
            (HttpStatusCode.OK, "text/html"),
            (response.StatusCode, response.Content.Headers.ContentType!.MediaType)
        );
        Assert.Contains("openapi.json", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        // What its script would load or tell elsewhere, the browser refuses.
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("//", policy, StringComparison.Ordinal);
        var parts = Parts().Matches(page).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(parts);
        foreach (var part in parts)
        {
            using var found = await client.GetAsync(new Uri(response.RequestMessage!.RequestUri!, part), Token);
            Assert.True(found.IsSuccessStatusCode, part);
        }
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Parts();

    [Fact]
    public async Task A_key_of_the_config_is_named_by_its_variable_or_as_what_to_put_in()
    {
        using var folder = new SampleFolder();
        folder.Write(
            "general_settings: {master_key: os.environ/OUR_KEY}\nmodel_list: [{model_name: a, litellm_params: {model: mock/a}}]"
        );
        await using var named = await HostProcess.StartAsync(
            ["serve", "-c", folder.Config, "--port", "0"],
            new Dictionary<string, string> { ["OUR_KEY"] = "sk-one" }
        );
        folder.Write(
            "general_settings: {master_key: sk-two}\nmodel_list: [{model_name: a, litellm_params: {model: mock/a}}]"
        );
        await using var spelled = await HostProcess.StartAsync(["serve", "-c", folder.Config, "--port", "0"]);

        Assert.Contains("Bearer $OUR_KEY\"", named.Curl, StringComparison.Ordinal);
        Assert.Contains("Bearer $MASTER_KEY\"", spelled.Curl, StringComparison.Ordinal);
        Assert.Contains(
            "with general_settings.master_key in the variable MASTER_KEY:",
            spelled.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_key_in_the_environment_brings_its_provider()
    {
        await using var host = await HostProcess.StartAsync(
            ["serve", "--port", "0"],
            new Dictionary<string, string> { ["ANTHROPIC_API_KEY"] = "sk-ant-nobody" }
        );

        Assert.Contains("\nModels: mock/*, anthropic/*, claude*\n", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_master_key_it_listens_for_all_and_asks_for_the_key()
    {
        await using var host = await HostProcess.StartAsync(
            ["serve", "--port", "0"],
            new Dictionary<string, string> { ["CALLGATE_MASTER_KEY"] = "sk-master-of-this-test" }
        );
        using var client = host.NewClient();

        using var refused = await PostAsync(client, "mock/gpt-4o", "Hello!");
        client.DefaultRequestHeaders.Authorization = new("Bearer", "sk-master-of-this-test");
        using var answered = await PostAsync(client, "mock/gpt-4o", "Hello!");

        Assert.Contains(" listens on http://0.0.0.0:", host.Output, StringComparison.Ordinal);
        Assert.Contains("-H \"Authorization: Bearer $CALLGATE_MASTER_KEY\"", host.Curl, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-master-of-this-test", host.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    /// <summary>LiteLLM's page about custom callbacks, in C#: what its headers, refusals and changes become.</summary>
    [Fact]
    public async Task The_sample_s_callbacks_steer_calls_and_follow_an_edit()
    {
        using var folder = new SampleFolder();
        await using var host = await HostProcess.StartAsync(["serve", "-c", folder.Config, "--port", "0"]);
        using var client = host.NewClient();

        using var unary = await PostAsync(client, "gpt-4o", "Hello!");
        using var streamed = await PostAsync(client, "claude", "Hello!", stream: true);
        using var refused = await PostAsync(client, "gpt-4o", "It is swordfish.");

        Assert.Equal("gpt-4o-mini", Header(unary, "x-answered-by"));
        Assert.Equal("openai", Header(unary, "x-served-by"));
        Assert.Contains(
            "Hello from gpt-4o-mini",
            await unary.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal
        );
        Assert.Equal("anthropic", Header(streamed, "x-served-by"));
        Assert.EndsWith("data: [DONE]\n\n", await streamed.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "That word stays here.",
            await refused.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal
        );
        await host.ReadToAsync(l =>
            l.EndsWith("info ProxyHandlerInstance: gpt-4o-mini: 10 tokens, $0.0000051", StringComparison.Ordinal)
        );

        folder.Replace("x-answered-by", "x-edited");
        await host.ReadToAsync(l => l.Contains("is in effect", StringComparison.Ordinal));
        using var edited = await PostAsync(client, "gpt-4o", "Hello!");
        Assert.Equal("gpt-4o-mini", Header(edited, "x-edited"));
    }

    [Fact]
    public async Task A_stop_lets_streams_end_delivers_their_events_and_says_so()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals to send.");
        await using var provider = await FakeProvider.StartAsync(cancellationToken: Token);
        provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 400 };
        using var folder = new SampleFolder();
        folder.Write(
            $"""
            model_list:
              - model_name: gpt
                litellm_params: {'{'}model: openai/gpt-4o, api_base: {provider.OpenAiBase}, api_key: sk-provider{'}'}
            litellm_settings:
              callbacks: custom_callbacks.proxy_handler_instance
            """
        );
        await using var host = await HostProcess.StartAsync(["serve", "-c", folder.Config, "--port", "0"]);
        using var client = host.NewClient();

        using var streamed = await PostAsync(client, "gpt", "Hello!", stream: true);
        host.Terminate();
        await IsClosedAsync(host.Address);
        provider.Requests.Single().Release();
        var body = await streamed.Content.ReadAsStringAsync(Token);
        var exitCode = await host.EndAsync();

        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
        Assert.Matches(LastLine(), host.Output);
    }

    [Fact]
    public async Task What_cannot_be_served_is_refused_in_a_line_with_what_to_do()
    {
        using var folder = new SampleFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await RefusesAsync(
            ["--port", $"{port}", "--database", Path.Combine(folder.Path, "keys.db")],
            $"Something listens on 127.0.0.1:{port} already. Stop it, or take another port"
        );
        await RefusesAsync(["--host", "0.0.0.0"], "--host 0.0.0.0 is refused. Without a master key");
        await RefusesAsync(["--host", "example.com"], "--host example.com: write an IP address");
        await RefusesAsync(["--port", "0", "--database", folder.Path], $"'{folder.Path}' ");
    }

    [Fact]
    public async Task A_bad_config_is_refused_with_all_that_is_wrong_and_checked_without_a_start()
    {
        using var folder = new SampleFolder();
        folder.Write(
            """
            model_list:
              - model_name: gpt
                litellm_params: {model: mock/gpt-4o, rpmm: 5}
            litellm_settings:
              callbacks: [custom_callbacks.proxy_handler_instance, missing.handler]
            general_settings:
              allowed_ips: ["10.0.0.1"]
            """
        );
        folder.Replace("return Continue;", "return Kontinue;");

        var served = await RunAsync("serve", "--config", folder.Config);
        var check = await RunAsync("check", folder.Config);
        var accepted = await RunAsync("check", folder.Config, "--accept-unenforced", "allowed_ips", "--strict");

        Assert.Equal((1, ""), (served.ExitCode, served.Output));
        Assert.Contains("config.yaml:7:3: error: general_settings.allowed_ips", served.Error, StringComparison.Ordinal);
        Assert.Equal((1, ""), (check.ExitCode, check.Error));
        Assert.Contains("config.yaml:3:42: warning: ", check.Output, StringComparison.Ordinal);
        Assert.Contains("config.yaml:5:15: error: ", check.Output, StringComparison.Ordinal);
        Assert.Contains("error CS0103: The name 'Kontinue'", check.Output, StringComparison.Ordinal);
        Assert.Contains("The callback 'missing.handler' was not found", check.Output, StringComparison.Ordinal);
        Assert.EndsWith("config.yaml: 3 errors, 1 warning.\n", check.Output, StringComparison.Ordinal);
        Assert.EndsWith("config.yaml: 3 errors, 1 warning.\n", accepted.Output, StringComparison.Ordinal);
        Assert.Contains("config.yaml:3:42: error: ", accepted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sample_s_config_is_good()
    {
        var check = await RunAsync("check", "samples/gateway/config.yaml", "--strict");

        Assert.Equal((0, "samples/gateway/config.yaml: good.\n", ""), (check.ExitCode, check.Output, check.Error));
    }

    [Fact]
    public void The_gateway_s_page_quotes_its_sample_word_for_word()
    {
        var sample =
            Repository.Read("samples/gateway/custom_callbacks.cs") + Repository.Read("samples/gateway/config.yaml");
        var quotes = new MarkdownPage("docs/gateway.md")
            .Blocks.Where(b => b.Info is "csharp member" or "yaml sample")
            .ToList();

        Assert.NotEmpty(quotes);
        Assert.All(
            quotes.SelectMany(q => q.Code.Split('\n', StringSplitOptions.TrimEntries)),
            line => Assert.Contains(line, sample, StringComparison.Ordinal)
        );
    }

    private static Task<CommandResult> RunAsync(params string[] arguments) =>
        Command.RunAsync(["dotnet", HostProcess.Dll, .. arguments], Token);

    private static async Task RefusesAsync(string[] arguments, string why)
    {
        var result = await RunAsync(["serve", .. arguments]);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith(why, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    /// <summary>Waits until nobody is let in any more.</summary>
    private static async Task IsClosedAsync(Uri address)
    {
        while (true)
        {
            try
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(address.Host, address.Port, Token);
            }
            catch (SocketException)
            {
                return;
            }

            await Task.Yield();
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(
        HttpClient client,
        string model,
        string text,
        bool stream = false
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new StringContent(
            $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}],"stream":{{(stream ? "true" : "false")}}}""",
            Encoding.UTF8,
            "application/json"
        );
        return await client.SendAsync(
            request,
            stream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead,
            Token
        );
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    [GeneratedRegex(@"Stopped\. 1 events = 1 delivered \+ 0 pending \+ 0 dropped\.\n\z")]
    private static partial Regex LastLine();

    /// <summary>A copy of the sample's folder, to change.</summary>
    private sealed class SampleFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callgate-sample-");

        public SampleFolder()
        {
            File.WriteAllText(Config, Repository.Read("samples/gateway/config.yaml"));
            File.WriteAllText(Callbacks, Repository.Read("samples/gateway/custom_callbacks.cs"));
        }

        public string Path => _folder.FullName;

        public string Config => System.IO.Path.Combine(Path, "config.yaml");

        private string Callbacks => System.IO.Path.Combine(Path, "custom_callbacks.cs");

        public void Write(string config) => File.WriteAllText(Config, config);

        public void Replace(string text, string with) =>
            File.WriteAllText(Callbacks, File.ReadAllText(Callbacks).Replace(text, with, StringComparison.Ordinal));

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
