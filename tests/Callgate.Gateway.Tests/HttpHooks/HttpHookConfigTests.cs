using Callgate.Gateway.Tests.Configuration;

namespace Callgate.Gateway.Tests.HttpHooks;

/// <summary>HTTP hooks as a config names them: a guard is never silently off.</summary>
public sealed class HttpHookConfigTests
{
    private const string Guard = "endpoint: \"http://127.0.0.1:1/\", hooks: [success_event, pre_call]";

    [Theory]
    [InlineData(
        "success_callback: [guard]",
        "callback_type: http_hook, " + Guard,
        "'guard' is in a list for one kind of event only, so its hook pre_call would never be called. Name it in litellm_settings.callbacks."
    )]
    [InlineData(
        "callbacks: [guard]",
        "callback_type: http_hok, " + Guard,
        "callback_settings.guard.callback_type names no type that is known; did you mean http_hook? There are: http_hook, console"
    )]
    [InlineData(
        "callbacks: [guard]",
        "callback_type: http_hook, headers: {x-team: Grüße}, " + Guard,
        "callback_settings.guard.headers.x-team: its name or its value is none that a header can have: a value is plain ASCII text in one line"
    )]
    [InlineData(
        "callbacks: [guard]",
        "callback_type: http_hook, headers: {x-team: 5}, on_failure: maybe, " + Guard,
        "callback_settings.guard.on_failure must be deny or allow."
    )]
    public async Task WhatIsWrong_RefusesTheStart(string list, string settings, string message)
    {
        var refused = await Assert.ThrowsAsync<GatewayStartException>(async () =>
        {
            await using var never = await GatewayHost.StartAsync(
                $"{GatewayHost.Models()}\n  {list}\ncallback_settings: {{guard: {{{settings}}}}}"
            );
        });

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AHookThatNoListNames_IsAnError()
    {
        using var folder = new ConfigFolder();

        Assert.Equal(
            "config.yaml:1:21: error: callback_settings.guard is in no list of callbacks in litellm_settings, so the service would never be called.",
            Assert.Single(folder.Lines($"callback_settings: {{guard: {{callback_type: http_hook, {Guard}}}}}"))
        );
    }
}
