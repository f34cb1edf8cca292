using Callgate.Testing;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>A gateway for all tests of a class. A test finds its own requests and events by its prompt.</summary>
public sealed class SdkGateway : IAsyncLifetime
{
    internal GatewayHost Host { get; private set; } = null!;

    internal string Root => Host.Address.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync()
    {
        Host = await GatewayHost.StartAsync(GatewayHost.Models(withNative: true));
        Host.Provider.Respond = Answers.To;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>What the provider was asked.</summary>
    internal RecordedRequest RequestOf(string prompt) =>
        Host.Provider.Requests.Last(r => r.BodyText.Contains(prompt, StringComparison.Ordinal));

    /// <summary>The client of a stream has left: the provider sees its connection closed, and the call has failed.</summary>
    internal async Task AssertAbortedAsync(string prompt, string model)
    {
        await RequestOf(prompt).Aborted.WaitAsync(TestContext.Current.CancellationToken);
        var call = await FailureOfAsync(prompt);
        Assert.Equal(CallOutcome.ClientAborted, call.Outcome);
        Assert.Equal(model, call.ModelGroup);
        Assert.DoesNotContain(Host.Events.Successes, c => IsOf(c, prompt));
    }

    /// <summary>How the call with this prompt failed.</summary>
    internal Task<CallDetails> FailureOfAsync(string prompt) => Host.Events.WaitForFailureAsync(c => IsOf(c, prompt));

    private static bool IsOf(CallDetails call, string prompt) =>
        call.Messages.Any(m => m.Text.Contains(prompt, StringComparison.Ordinal));
}
