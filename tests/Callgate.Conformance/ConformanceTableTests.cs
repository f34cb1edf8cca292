namespace Callgate.Conformance;

public class ConformanceTableTests
{
    private const string Update = "CALLGATE_UPDATE_DOCS";

    [Fact]
    public async Task PublishedTable_IsWhatTheMatrixCounts()
    {
        var path = SchemaFile.InRepository("docs", "conformance.md");
        var page = await ConformanceTable.MakeAsync();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(path, page, TestContext.Current.CancellationToken);
        }

        var published = File.Exists(path)
            ? await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)
            : "";
        Assert.True(
            published == page,
            $"docs/conformance.md is not what the matrix counts. If the change is meant, run the tests with {Update}=1 and commit the page."
        );
    }
}
