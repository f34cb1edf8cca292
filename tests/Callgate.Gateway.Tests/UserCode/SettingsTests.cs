using Callgate.Gateway.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Callgate.Gateway.Tests.UserCode;

/// <summary>What <c>callback_settings</c> say of a user's own code.</summary>
public sealed class SettingsTests : IDisposable
{
    private const string Failing = """
        class Guard : CustomLogger
        {
            public override async ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken ct)
            {
                await Task.Delay(Timeout.Infinite, ct);
                return Continue;
            }
        }
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Yaml(string code, string settings)
    {
        var file = _folder.File("guard.cs");
        File.WriteAllText(file, code);
        return $"{GatewayHost.Models()}\n  callbacks: [\"{file}\"]\ncallback_settings: {{\"{file}\": {{{settings}}}}}";
    }

    [Theory]
    [InlineData("timeout: 0.01", 500)]
    [InlineData("timeout: 0.01, on_failure: allow", 200)]
    public async Task TimeoutAndFailure_AreTheRegistrations(string settings, int status)
    {
        await using var gateway = await GatewayHost.StartAsync(Yaml(Failing, settings));

        var (answered, body) = await gateway.SendAsync(
            "/v1/chat/completions",
            """{"model":"gpt","messages":[{"role":"user","content":"Hi"}]}"""
        );

        Assert.True(answered == status, body);
    }

    [Fact]
    public async Task AConstructor_GetsAllOfIt()
    {
        const string code = """
            class Guard(System.Text.Json.JsonElement settings) : CustomLogger
            {
                public override ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken ct) =>
                    Reject(418, settings.GetProperty("words")[1].GetString()!);
            }
            """;
        await using var gateway = await GatewayHost.StartAsync(Yaml(code, "words: [one, two]"));

        var (status, body) = await gateway.SendAsync(
            "/v1/chat/completions",
            """{"model":"gpt","messages":[{"role":"user","content":"Hi"}]}"""
        );

        Assert.Equal(418, status);
        Assert.Contains("\"two\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatNothingReads_IsWarnedOf()
    {
        File.WriteAllText(_folder.File("config.yaml"), Yaml(Failing, "timeot: 1"));
        var references = ConfigLoader.Load(_folder.File("config.yaml")).Callbacks;
        var options = new GatewayOptions { CompiledCodeFolder = _folder.File("cache") };
        await using var services = new ServiceCollection().BuildServiceProvider();

        var (loaded, complaints) = await new CallbackLoader(options, services).LoadAsync(
            references,
            TestContext.Current.CancellationToken
        );
        await CallbackLoader.ReleaseAsync(loaded);

        var warning = Assert.Single(complaints);
        Assert.Equal(ConfigSeverity.Warning, warning.Severity);
        Assert.StartsWith(
            "has timeot in callback_settings, which nothing reads",
            warning.Message,
            StringComparison.Ordinal
        );
    }
}
