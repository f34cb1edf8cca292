using Callgate.Interop;
using Microsoft.Extensions.AI;

namespace Callgate.Tests.Interop;

public sealed class CallOptionsCarrierTests
{
    [Fact]
    public void Attach_LeavesTheOptionsAlone()
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["user"] = "u" } };

        var copy = CallOptionsCarrier.Attach(options, new CallOptions { TraceId = "t" });

        Assert.Equal(["user"], options.AdditionalProperties.Keys);
        Assert.Equal("t", CallOptionsCarrier.Of(copy.AdditionalProperties)!.TraceId);
        Assert.Equal("u", copy.AdditionalProperties!["user"]);
    }

    [Fact]
    public void Strip_LeavesTheOptionsAlone()
    {
        var options = CallOptionsCarrier.Attach(
            new ChatOptions
            {
                Temperature = 1,
                AdditionalProperties = new() { ["user"] = "u" },
            },
            new CallOptions()
        );

        var stripped = CallOptionsCarrier.Strip(options)!;

        Assert.Equal(["user"], stripped.AdditionalProperties!.Keys);
        Assert.Equal(1, stripped.Temperature);
        Assert.NotNull(CallOptionsCarrier.Of(options.AdditionalProperties));
    }

    [Fact]
    public void Strip_OfOptionsThatCarryNothing_IsTheSameInstance()
    {
        var options = new ChatOptions();
        Assert.Same(options, CallOptionsCarrier.Strip(options));
        Assert.Null(CallOptionsCarrier.Strip((ChatOptions?)null));
    }

    [Fact]
    public void Strip_LeavesNoEmptyPropertiesBehind() =>
        Assert.Null(
            CallOptionsCarrier
                .Strip(CallOptionsCarrier.Attach(new ChatOptions(), new CallOptions()))!
                .AdditionalProperties
        );

    [Fact]
    public void Merge_OfEveryProperty_KeepsWhatOnlyOneSets()
    {
        // Walks the properties, so that one added later cannot be forgotten.
        var set = new CallOptions
        {
            Metadata = new Dictionary<string, object?> { ["k"] = 1 },
            Tags = ["a"],
            TraceId = "t",
            SessionId = "s",
            Timeout = TimeSpan.FromSeconds(1),
            StreamTimeout = TimeSpan.FromSeconds(1),
            NumRetries = 1,
            Fallbacks = ["m"],
            ApiKey = new Secret("k"),
            ApiBase = "https://x.test",
            ApiVersion = "v",
            BaseModel = "b",
            Headers = new Dictionary<string, string> { ["h"] = "1" },
            Cache = new CacheControl { NoCache = true },
            Callbacks = [new Logger()],
            NoLog = true,
            PromptId = "p",
            PromptVariables = new Dictionary<string, string> { ["v"] = "1" },
            Mock = new MockOptions(),
            DropParams = true,
        };
        var none = new CallOptions();
        foreach (var property in typeof(CallOptions).GetProperties())
        {
            Assert.NotEqual(property.GetValue(none), property.GetValue(set));
            Assert.Equal(property.GetValue(set), property.GetValue(CallOptionsCarrier.Merge(set, none)));
            Assert.Equal(property.GetValue(set), property.GetValue(CallOptionsCarrier.Merge(none, set)));
        }
    }

    [Fact]
    public void Merge_LetsTheSecondWinAndAddsUpTheRest()
    {
        var merged = CallOptionsCarrier.Merge(
            new CallOptions
            {
                TraceId = "under",
                SessionId = "session",
                Tags = ["a", "b"],
                Metadata = new Dictionary<string, object?> { ["x"] = 1, ["y"] = 1 },
                Headers = new Dictionary<string, string> { ["X-A"] = "1" },
            },
            new CallOptions
            {
                TraceId = "over",
                Tags = ["b", "c"],
                Metadata = new Dictionary<string, object?> { ["y"] = 2 },
                Headers = new Dictionary<string, string> { ["x-a"] = "2" },
            }
        )!;

        Assert.Equal(("over", "session"), (merged.TraceId, merged.SessionId));
        Assert.Equal(["a", "b", "c"], merged.Tags);
        Assert.Equal(new Dictionary<string, object?> { ["x"] = 1, ["y"] = 2 }, merged.Metadata);
        Assert.Equal("2", Assert.Single(merged.Headers).Value);
    }

    private sealed class Logger : CustomLogger;
}
