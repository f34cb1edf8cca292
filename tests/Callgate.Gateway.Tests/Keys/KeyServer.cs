using System.Net;
using System.Text;
using System.Text.Json;
using Callgate.Gateway.Keys;
using Callgate.Gateway.Store.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Callgate.Gateway.Tests.Keys;

/// <summary>The keys' routes on a real server, over a real file.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    public const string MasterKey = "sk-master-1234567890";

    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private KeyServer(WebApplication app, KeyRing ring, ManualTimeProvider time)
    {
        _app = app;
        Ring = ring;
        Time = time;
        _client = new() { BaseAddress = new(app.Urls.Single()) };
    }

    public KeyRing Ring { get; }

    public ManualTimeProvider Time { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<KeyServer> StartAsync(string path, string? masterKey = MasterKey)
    {
        var time = new ManualTimeProvider();
        var store = await SqliteKeyStore.OpenAsync(path, TimeSpan.FromSeconds(1));
        var ring = await KeyRing.OpenAsync(store, time, NullLogger.Instance);
        ring.SetMasterKey(masterKey);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        KeyEndpoints.Map(app, () => ring, http => ring.Authenticate(http.Request.Headers), time);
        await app.StartAsync(Token);
        return new(app, ring, time);
    }

    /// <summary>Posts JSON, and wants this status.</summary>
    public async Task<JsonElement> PostAsync(
        string path,
        string body,
        HttpStatusCode wanted = HttpStatusCode.OK,
        string? key = MasterKey
    )
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await SendAsync(new(HttpMethod.Post, path) { Content = content }, wanted, key);
    }

    public Task<JsonElement> GetAsync(
        string path,
        HttpStatusCode wanted = HttpStatusCode.OK,
        string? key = MasterKey
    ) => SendAsync(new(HttpMethod.Get, path), wanted, key);

    public async Task<JsonElement> SendAsync(HttpRequestMessage request, HttpStatusCode wanted, string? key)
    {
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key);
        }

        using var response = await _client.SendAsync(request, Token);
        var body = await response.Content.ReadAsStringAsync(Token);
        Assert.True(wanted == response.StatusCode, $"{(int)response.StatusCode}: {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        return JsonElement.Parse(body);
    }

    /// <summary>Makes a key.</summary>
    public async Task<string> GenerateAsync(string body = "{}") =>
        (await PostAsync("/key/generate", body)).GetProperty("key").GetString()!;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        await Ring.DisposeAsync();
    }
}
