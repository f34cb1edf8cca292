using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Callgate.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.Tests;

/// <summary>A gateway on a free port, in front of a fake provider.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly TempFolder _folder;

    private GatewayHost(WebApplication application, TempFolder folder, FakeProvider provider, EventLog events)
    {
        _application = application;
        _folder = folder;
        Provider = provider;
        Events = events;
    }

    public const string MasterKey = "sk-master-key-of-the-tests";

    public FakeProvider Provider { get; }

    /// <summary>How each call ended.</summary>
    public EventLog Events { get; }

    public GatewayServer Server => _application.Services.GetRequiredService<GatewayServer>();

    /// <summary>The endpoints that are mapped.</summary>
    public IEnumerable<RouteEndpoint> Endpoints =>
        _application.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public LlmClient Client => Server.Current.Client;

    /// <summary>Is cancelled when the gateway begins to stop.</summary>
    public CancellationToken Stopping => _application.Lifetime.ApplicationStopping;

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public HttpClient Http { get; private set; } = null!;

    public static Task<GatewayHost> StartAsync(
        string? yaml = null,
        Action<GatewayOptions>? configure = null,
        params CustomLogger[] callbacks
    ) => StartAsync(static _ => { }, yaml, configure, callbacks);

    /// <param name="build">Says what is to be different with the application around the gateway.</param>
    /// <param name="yaml">The config.</param>
    /// <param name="configure">Changes the gateway's options.</param>
    /// <param name="callbacks">The application's callbacks.</param>
    public static async Task<GatewayHost> StartAsync(
        Action<WebApplicationBuilder> build,
        string? yaml = null,
        Action<GatewayOptions>? configure = null,
        params CustomLogger[] callbacks
    )
    {
        var token = TestContext.Current.CancellationToken;
        var folder = new TempFolder();
        var provider = await FakeProvider.StartAsync(cancellationToken: token);
        var events = new EventLog();
        var config = Path.Combine(folder.Path, "config.yaml");
        await File.WriteAllTextAsync(
            config,
            (yaml ?? Models()).Replace("PROVIDER", provider.AnthropicBase, StringComparison.Ordinal),
            token
        );
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Listen(IPAddress.Loopback, 0);
        });
        builder.Services.AddCallgateGateway(options =>
        {
            options.ConfigFile = config;
            options.MasterKey = MasterKey;
            options.DatabaseFile = Path.Combine(folder.Path, "callgate.db");
            options.CompiledCodeFolder = Path.Combine(folder.Path, "cache");
            options.ShutdownTimeout = TimeSpan.FromSeconds(10);
            options.Callbacks.Add(events);
            foreach (var callback in callbacks)
            {
                options.Callbacks.Add(callback);
            }

            options.ConfigureClient = client => client.RetryDelay = TimeSpan.FromMilliseconds(1);
            configure?.Invoke(options);
        });
        build(builder);
        var application = builder.Build();
        application.MapCallgate();
        var host = new GatewayHost(application, folder, provider, events);
        await application.StartAsync(token);
        host.Address = new Uri(
            application
                .Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Single()
        );
        host.Http = host.NewClient(MasterKey);
        return host;
    }

    /// <summary>A config with a model of each provider, at the fake one.</summary>
    /// <param name="withNative">With one whose provider speaks the Responses API itself.</param>
    public static string Models(bool withNative = false) =>
        $$"""
            model_list:
              - model_name: gpt
                litellm_params: {model: openai/gpt-4o-mini, api_base: PROVIDER/v1, api_key: sk-provider-openai}
              - model_name: claude
                litellm_params: {model: anthropic/claude-sonnet-4-5, api_base: PROVIDER, api_key: sk-provider-anthropic}
              - model_name: embed
                litellm_params: {model: openai/text-embedding-3-small, api_base: PROVIDER/v1, api_key: sk-provider-openai}{{(
                withNative ? Native : ""
            )}}
            litellm_settings:
              num_retries: 0
            """;

    private const string Native = """

          - model_name: native
            litellm_params: {model: openai/gpt-4o-mini, api_base: PROVIDER/v1, api_key: sk-provider-openai, use_chat_completions_api: false}
        """;

    public HttpClient NewClient(string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        return client;
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string json, HttpClient? client = null)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await (client ?? Http).PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    public async Task<(int Status, string Body)> SendAsync(string path, string json, HttpClient? client = null)
    {
        using var response = await PostAsync(path, json, client);
        return (
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    /// <summary>How the calls so far have ended.</summary>
    public async Task<IReadOnlyList<CallDetails>> EndsAsync()
    {
        await Client.FlushAsync(cancellationToken: TestContext.Current.CancellationToken);
        return Events.All;
    }

    /// <summary>A new virtual key.</summary>
    public async Task<string> NewKeyAsync(string json = "{}")
    {
        using var response = await PostAsync("/key/generate", json);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode
            ? body.GetProperty("key").GetString()!
            : throw new InvalidOperationException(body.ToString());
    }

    public Task StopAsync() => _application.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        await Provider.DisposeAsync();
        _folder.Dispose();
    }
}
