namespace Callgate.Conformance;

public class MatrixTests
{
    public static TheoryData<string> Cells => [.. Matrix.Cells.Keys];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Cell_IsAsTheDesignSays(string name)
    {
        var cell = Matrix.Cells[name];

        var wrong = Verdict.Of(cell, await Matrix.RunAsync(cell));

        Assert.True(wrong.Count == 0, $"{name}\n{string.Join('\n', wrong.Distinct())}");
    }
}
