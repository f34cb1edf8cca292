using System.Reflection;
using Callgate.Tests.Events;

namespace Callgate.Tests.BadInput;

/// <summary>The rows of <c>docs/errors.md</c> are those that tests prove, and the other way round.</summary>
public class DocumentedErrorsTests
{
    [Fact]
    public void EachRow_HasItsTest()
    {
        var rows = File.ReadLines(SchemaFile.InRepository("docs", "errors.md"))
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal))
            .Select(l => l.Split(" | "))
            .Where(cells => cells[0] != "| Input")
            .Select(cells => $"{Plain(cells[0].TrimStart('|'))} → {Plain(cells[1])}")
            .ToList();
        var proven = typeof(DocumentedErrorsTests)
            .Assembly.GetTypes()
            .SelectMany(t => t.GetMethods())
            .Where(m => m.IsDefined(typeof(FactAttribute)) || m.IsDefined(typeof(TheoryAttribute)))
            .SelectMany(m => m.GetCustomAttributes<DocumentedAttribute>())
            .Select(d => $"{d.Input} → {d.Result}")
            .Distinct()
            .ToList();

        Assert.NotEmpty(rows);
        Assert.Equal(rows.Distinct(), rows);
        Assert.Equal(rows.Order(), proven.Order());
    }

    private static string Plain(string cell) => cell.Replace("`", "", StringComparison.Ordinal).Trim();
}
