namespace Callgate.Analyzers.Tests;

public sealed class GatewayOnlyHookTests
{
    private const string Handlers = """
        public class Guard : CustomLogger
        {
            public override ValueTask<HookResult> PreCallHookAsync(PreCallContext context, CancellationToken cancellationToken) => Continue;
            public override ValueTask<HookResult> ModerationHookAsync(ModerationContext context, CancellationToken cancellationToken) => Continue;
        }

        public class Inherited : Guard;

        public class Observer : CustomLogger
        {
            public override void LogSuccessEvent(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime) { }
            public override ValueTask<HookResult> PreCallDeploymentHookAsync(PreCallDeploymentContext context, CancellationToken cancellationToken) => Continue;
        }

        """;

    [Theory]
    [InlineData("options.Callbacks.Add([|new Guard()|]);")]
    [InlineData("options.Callbacks.Add([|new Guard()|], new CallbackOptions { Order = 1 });")]
    [InlineData("options.Callbacks.Add(new Callback([|new Guard()|]));")]
    [InlineData("options.Callbacks = [new Observer(), [|new Guard()|]];")]
    [InlineData("options = new LlmClientOptions { Callbacks = [[|new Guard()|]] };")]
    [InlineData("options = new LlmClientOptions { Callbacks = { [|new Guard()|], new Observer() } };")]
    [InlineData("CallbackList list = [[|new Guard()|]];")]
    [InlineData("var guard = new Guard(); options.Callbacks.Add([|guard|]);")]
    [InlineData("options.SuccessCallbacks.Add([|new Guard()|]);")]
    [InlineData("options.InputCallbacks.Add([|new Guard()|]);")]
    [InlineData("call = new CallOptions { Callbacks = [[|new Guard()|]] };")]
    [InlineData("call = call with { Callbacks = [new Observer(), [|new Guard()|]] };")]
    [InlineData("call = new CallOptions { Callbacks = new CustomLogger[] { [|new Guard()|] } };")]
    [InlineData("call = new CallOptions { Callbacks = new[] { [|new Guard()|] } };")]
    [InlineData("call = new CallOptions { Callbacks = new List<CustomLogger> { [|new Guard()|] } };")]
    public async Task A_gateway_hook_in_a_library_client_is_reported_where_the_handler_is_given(string statement)
    {
        var messages = await Snippet.Report<GatewayOnlyHookAnalyzer>(Handlers + Program(statement));

        Assert.Equal(
            "'Guard' overrides PreCallHookAsync, ModerationHookAsync, which only the gateway calls: in a library client it never runs",
            Assert.Single(messages)
        );
    }

    [Fact]
    public async Task An_inherited_override_counts()
    {
        var messages = await Snippet.Report<GatewayOnlyHookAnalyzer>(
            Handlers + Program("options.Callbacks.Add([|new Inherited()|]);")
        );

        Assert.StartsWith("'Inherited' overrides PreCallHookAsync,", Assert.Single(messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("options.Callbacks.Add(new Observer());")]
    [InlineData("options.Callbacks.Add(\"console\");")]
    [InlineData("options.Callbacks = [new Observer(), \"console\"];")]
    [InlineData("call = new CallOptions { Callbacks = [new Observer()] };")]
    [InlineData("CustomLogger unknown = new Guard(); options.Callbacks.Add(unknown);")]
    [InlineData("List<CustomLogger> mine = [new Guard()]; mine.Add(new Guard());")]
    [InlineData("gateway.Callbacks.Add(new Guard());")]
    [InlineData("gateway.Callbacks = [new Guard()];")]
    [InlineData("gateway = new Callgate.Gateway.Options { Callbacks = { new Guard() } };")]
    [InlineData("gateway = new Callgate.Gateway.Options { Callbacks = [new Guard()] };")]
    public async Task Other_handlers_and_other_lists_are_left_alone(string statement) =>
        Assert.Empty(await Snippet.Report<GatewayOnlyHookAnalyzer>(Handlers + Program(statement)));

    [Theory]
    [InlineData("PostCallSuccessHookAsync", "ValueTask<HookResult>", "PostCallContext context")]
    [InlineData("PostCallStreamingHookAsync", "ValueTask<HookResult>", "StreamChunkContext context")]
    [InlineData("PostCallFailureHookAsync", "ValueTask<HookResult>", "PostCallFailureContext context")]
    [InlineData(
        "PostCallStreamingIteratorHook",
        "IAsyncEnumerable<LlmChunk>",
        "StreamContext context, IAsyncEnumerable<LlmChunk> chunks"
    )]
    [InlineData(
        "PostCallResponseHeadersHookAsync",
        "ValueTask<IReadOnlyDictionary<string, string>?>",
        "ResponseHeadersContext context"
    )]
    public async Task Every_gateway_hook_is_known(string hook, string type, string parameters)
    {
        var handler = $$"""
            public class H : CustomLogger
            {
                public override {{type}} {{hook}}({{parameters}}, CancellationToken cancellationToken) => throw new Exception();
            }

            """;

        var messages = await Snippet.Report<GatewayOnlyHookAnalyzer>(
            handler + Program("options.Callbacks.Add([|new H()|]);")
        );

        Assert.StartsWith($"'H' overrides {hook}, which", Assert.Single(messages), StringComparison.Ordinal);
    }

    private static string Program(string statement) =>
        $$"""
            namespace Callgate.Gateway
            {
                public class Options { public CallbackList Callbacks { get; set; } = []; }
            }

            public static class Program
            {
                public static void Run(LlmClientOptions options, CallOptions call, Callgate.Gateway.Options gateway)
                {
                    {{statement}}
                }
            }
            """;
}
