namespace Callgate.Tests.BadInput;

/// <summary>Options out of their range: said at once, by name.</summary>
public class BadOptionsTests
{
    private static readonly TimeSpan s_negative = TimeSpan.FromSeconds(-5);

    public static TheoryData<string, Action<LlmClientOptions>> Wrong =>
        new()
        {
            { "NumRetries", o => o.NumRetries = -1 },
            { "NumRetries", o => o.NumRetries = 101 },
            { "MaxPendingEvents", o => o.MaxPendingEvents = 0 },
            { "MaxResponseBytes", o => o.MaxResponseBytes = 0 },
            { "MaxResponseBytes", o => o.MaxResponseBytes = long.MaxValue },
            { "Timeout", o => o.Timeout = TimeSpan.Zero },
            { "Timeout", o => o.Timeout = TimeSpan.MaxValue },
            { "ConnectTimeout", o => o.ConnectTimeout = s_negative },
            { "ConnectTimeout", o => o.ConnectTimeout = TimeSpan.MaxValue },
            { "IdleTimeout", o => o.IdleTimeout = TimeSpan.Zero },
            { "IdleTimeout", o => o.IdleTimeout = TimeSpan.MaxValue },
            { "AbandonTimeout", o => o.AbandonTimeout = TimeSpan.Zero },
            { "AbandonTimeout", o => o.AbandonTimeout = TimeSpan.MaxValue },
            { "FirstTokenTimeout", o => o.FirstTokenTimeout = TimeSpan.Zero },
            { "FirstTokenTimeout", o => o.FirstTokenTimeout = TimeSpan.MaxValue },
            { "RetryDelay", o => o.RetryDelay = s_negative },
            { "RetryDelay", o => o.RetryDelay = TimeSpan.MaxValue },
            { "MaxRetryDelay", o => o.MaxRetryDelay = TimeSpan.MaxValue },
            { "CooldownTime", o => o.CooldownTime = s_negative },
            { "CooldownTime", o => o.CooldownTime = TimeSpan.MaxValue },
            { "FlushTimeout", o => o.FlushTimeout = s_negative },
            { "FlushTimeout", o => o.FlushTimeout = TimeSpan.MaxValue },
            {
                "weight",
                o =>
                    o.Deployments.Add(
                        new Deployment
                        {
                            ModelName = "m",
                            Model = "openai/m",
                            Weight = double.NaN,
                        }
                    )
            },
        };

    [Theory]
    [Documented("An option of the client out of its range", nameof(ArgumentOutOfRangeException))]
    [MemberData(nameof(Wrong))]
    public void Client(string name, Action<LlmClientOptions> spoil)
    {
        var options = new LlmClientOptions();
        spoil(options);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => new LlmClient(options));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.Contains("must", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Documented("An option of a call out of its range", nameof(ArgumentOutOfRangeException))]
    [InlineData("Timeout", 0L, null)]
    [InlineData("Timeout", -1L, null)]
    [InlineData("Timeout", long.MaxValue, null)]
    [InlineData("NumRetries", null, -1)]
    [InlineData("NumRetries", null, 1000)]
    public async Task OneCall(string name, long? timeoutTicks, int? retries)
    {
        await using var trial = new Trial();
        await trial.ThrowsBeforeTheCallAsync<ArgumentOutOfRangeException>(
            () =>
                trial.CompleteAsync(
                    new CallOptions
                    {
                        Timeout = timeoutTicks is { } ticks ? TimeSpan.FromTicks(ticks) : null,
                        NumRetries = retries,
                    }
                ),
            name
        );
    }

    [Fact]
    [Documented("A negative price", nameof(ArgumentOutOfRangeException))]
    public void NegativePrice()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => new ModelPrice { InputPerMillionTokens = -0.01m });
        Assert.Contains("InputPerMillionTokens", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Documented("An empty key", nameof(ArgumentException))]
    public void EmptyKey()
    {
        Assert.Throws<ArgumentException>(() => new Secret(" "));
        Assert.Throws<ArgumentNullException>(() => new Secret((string)null!));
    }
}
