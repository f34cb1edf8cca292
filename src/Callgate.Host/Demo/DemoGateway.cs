using Callgate.Gateway;
using Callgate.Host.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Host.Demo;

/// <summary>The demo's gateway: in this process, so that its callbacks can be shown, and with a config as anyone would write it.</summary>
internal sealed class DemoGateway : IAsyncDisposable
{
    public const string MasterKey = "sk-demo";

    // The provider is on this machine: a proxy that is set for the world outside could not reach it.
    private readonly SocketsHttpHandler _direct = new() { UseProxy = false };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callgate-demo-");
    private readonly WebApplication _application;

    private DemoGateway(string provider, CustomLogger logger)
    {
        var config = Path.Combine(_folder.FullName, "config.yaml");
        File.WriteAllText(config, Config(provider));
        var options = new GatewayOptions
        {
            ConfigFile = config,
            DatabaseFile = Path.Combine(_folder.FullName, "callgate.db"),
            Callbacks = [logger, new DemoGuard()],
            ConfigureClient = client =>
            {
                client.HttpMessageHandler = _direct;
                client.RetryDelay = TimeSpan.FromMilliseconds(100);
            },
        };
        _application = GatewayApplication.Create(Listen, options, LogLevel.Warning);
    }

    private static ListenAddress Listen { get; } = ListenAddress.Of("127.0.0.1", 0, hasMasterKey: true);

    /// <summary><c>http://127.0.0.1:PORT</c></summary>
    public string Address { get; private set; } = "";

    private LlmClient Client => _application.Services.GetRequiredService<GatewayServer>().Current.Client;

    public static async Task<DemoGateway> StartAsync(
        string provider,
        CustomLogger logger,
        CancellationToken cancellationToken
    )
    {
        var gateway = new DemoGateway(provider, logger);
        try
        {
            var listen = await GatewayApplication.StartAsync(gateway._application, Listen, cancellationToken);
            gateway.Address = $"http://{listen}";
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for all events so far.</summary>
    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken) =>
        Client.FlushAsync(cancellationToken: cancellationToken);

    private static string Config(string provider) =>
        $$"""
            model_list:
              - model_name: gpt-*
                litellm_params: {model: openai/gpt-*, api_base: {{provider}}/v1, api_key: demo-key}
              - model_name: text-embedding-*
                litellm_params: {model: openai/text-embedding-*, api_base: {{provider}}/v1, api_key: demo-key}
              - model_name: claude-*
                litellm_params: {model: anthropic/claude-*, api_base: {{provider}}, api_key: demo-key}
              - model_name: busy
                litellm_params:
                  model: openai/gpt-4o
                  api_base: {{provider}}/v1
                  api_key: demo-key
                  extra_headers: {{{DemoReplies.Header}}: {{DemoReplies.Busy}}}
              - model_name: smart
                litellm_params:
                  model: openai/gpt-4.1
                  api_base: {{provider}}/v1
                  api_key: demo-key
                  extra_headers: {{{DemoReplies.Header}}: {{DemoReplies.Down}}}
              - model_name: endless
                litellm_params:
                  model: openai/gpt-4o
                  api_base: {{provider}}/v1
                  api_key: demo-key
                  extra_headers: {{{DemoReplies.Header}}: {{DemoReplies.Endless}}}
            litellm_settings:
              cache: true
              fallbacks: [{smart: [claude-sonnet-4-5]}]
            general_settings:
              master_key: {{MasterKey}}
            """;

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        _direct.Dispose();
        _folder.Delete(recursive: true);
    }
}
