using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>
/// Knows the round trips of one turn by the tool calls that lead from one to the next, so that they share a trace id
/// without any ambient state. What is forgotten elsewhere is forgotten here.
/// </summary>
internal static class TurnTraces
{
    private static readonly ConditionalWeakTable<object, string> s_traces = [];

    /// <summary>The next round trip will bring these calls back.</summary>
    public static void Remember(IEnumerable<AIContent> contents, string traceId)
    {
        foreach (var call in contents.OfType<FunctionCallContent>())
        {
            s_traces.AddOrUpdate(call, traceId);
            // Where the provider keeps the conversation only the result comes back, with the very id of its call.
            if (call.CallId.Length > 0)
            {
                s_traces.AddOrUpdate(call.CallId, traceId);
            }
        }
    }

    /// <summary>The trace of the round trip whose tool calls these messages answer; null where they answer none.</summary>
    public static string? Find(IReadOnlyList<ChatMessage> messages)
    {
        string? ofResult = null;
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            var message = messages[i];
            foreach (var content in message.Contents)
            {
                if (content is FunctionCallContent call && s_traces.TryGetValue(call, out var traceId))
                {
                    return traceId;
                }

                if (content is FunctionResultContent result && s_traces.TryGetValue(result.CallId, out traceId))
                {
                    ofResult = traceId;
                }
            }

            // The calls stand in the assistant's message right before their results.
            if (message.Role != ChatRole.Tool)
            {
                break;
            }
        }

        return messages is [.., var last] && last.Contents.Any(c => c is FunctionResultContent) ? ofResult : null;
    }
}
