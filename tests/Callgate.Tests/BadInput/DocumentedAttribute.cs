namespace Callgate.Tests.BadInput;

/// <summary>Says which row of <c>docs/errors.md</c> a test proves.</summary>
/// <param name="input">The row's first cell, without its back-ticks.</param>
/// <param name="result">The row's second cell, likewise.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class DocumentedAttribute(string input, string result) : Attribute
{
    public string Input => input;

    public string Result => result;
}
