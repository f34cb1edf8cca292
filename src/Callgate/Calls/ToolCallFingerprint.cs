using System.Text;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>What tells two answers' tool calls apart, besides their ids, which are new each time.</summary>
internal static class ToolCallFingerprint
{
    /// <summary>The names and arguments, in order; empty where the answer asks for no tool.</summary>
    public static string Of(ChatCompletion response)
    {
        var text = new StringBuilder();
        foreach (var tool in response.Choices.SelectMany(c => c.Message?.ToolCalls ?? []))
        {
            Add(text, tool.Function?.Name, tool.Function?.Arguments);
            // Tools of other types than functions have their names and inputs here.
            foreach (var (name, value) in tool.AdditionalProperties ?? [])
            {
                Add(text, name, value.GetRawText());
            }
        }

        return text.ToString();
    }

    // No name and no JSON text holds a NUL.
    private static void Add(StringBuilder text, string? name, string? value) =>
        text.Append(name).Append('\0').Append(value).Append('\0');
}
