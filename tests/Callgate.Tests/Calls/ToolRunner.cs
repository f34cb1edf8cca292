using System.Collections.Concurrent;
using Callgate.Wire;

namespace Callgate.Tests.Calls;

/// <summary>Runs the tool calls of an answer itself, as a user's handler does. What it does beside that, a test says.</summary>
internal sealed class ToolRunner : CustomLogger
{
    public ConcurrentQueue<string> Log { get; } = [];
    public ConcurrentQueue<AgenticLoopCleanupContext> Cleanups { get; } = [];

    public Func<AgenticLoopContext, bool> Wants { get; init; } = c => ToolCallsOf(c).Count > 0;
    public Func<AgenticLoopContext, AgenticLoopPlan?> Plan { get; init; } = Answered;
    public Func<AgenticLoopResponseContext, HookResult> Post { get; init; } = _ => Continue;
    public Action<AgenticLoopCleanupContext> Cleanup { get; init; } = _ => { };

    /// <summary>The request again, with the answer and a result for each of its tool calls.</summary>
    public static AgenticLoopPlan Answered(AgenticLoopContext context) =>
        new()
        {
            Request = context.Request with
            {
                Messages =
                [
                    .. context.Request.Messages,
                    context.Response.Choices[0].Message!,
                    .. ToolCallsOf(context).Select(t => Message.Tool(t.Id!, "sunny")),
                ],
            },
        };

    public static HookResult Replaced(LlmResponse response) => Replace(response);

    public override async ValueTask<bool> ShouldRunAgenticLoopAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    )
    {
        Log.Enqueue($"should {context.Depth}");
        await Task.Yield();
        return Wants(context);
    }

    public override async ValueTask<AgenticLoopPlan?> BuildAgenticLoopPlanAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    )
    {
        Log.Enqueue($"plan {context.Depth}");
        await Task.Yield();
        return Plan(context);
    }

    public override async ValueTask<HookResult> PostAgenticLoopResponseHookAsync(
        AgenticLoopResponseContext context,
        CancellationToken cancellationToken
    )
    {
        Log.Enqueue($"post {context.Depth}");
        await Task.Yield();
        return Post(context);
    }

    public override ValueTask AgenticLoopCleanupHookAsync(
        AgenticLoopCleanupContext context,
        CancellationToken cancellationToken
    )
    {
        Log.Enqueue($"cleanup {context.StopReason}");
        Cleanups.Enqueue(context);
        Cleanup(context);
        return default;
    }

    private static IReadOnlyList<ToolCall> ToolCallsOf(AgenticLoopContext context) =>
        context.Response.Choices[0].Message?.ToolCalls ?? [];
}
