using Callgate.Gateway.Endpoints;
using Callgate.Tests.Events;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>Every inference route × unary or streamed × provider's wire × scenario × every hook.</summary>
public class ConformanceTests
{
    private const string Update = "CALLGATE_UPDATE_DOCS";

    public static TheoryData<string> Cells => [.. Cell.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Cell_IsAsTheDesignSays(string name)
    {
        var wrong = Verdict.Of(await Stage.RunAsync(Cell.All.Single(c => c.Name == name)));

        Assert.True(wrong.Count == 0, $"{name}\n{string.Join('\n', wrong.Distinct())}");
    }

    [Fact]
    public void EveryRoute_HasCells_WholeAndStreamed() =>
        Assert.All(
            InferenceRoutes.All,
            r =>
            {
                Assert.Contains(Cell.All, c => c.Operation.Route == r && !c.Operation.Stream);
                Assert.Equal(r.Streams, Cell.All.Any(c => c.Operation.Route == r && c.Operation.Stream));
            }
        );

    [Fact]
    public void EveryHook_HasARule()
    {
        var hooks = Enum.GetValues<Hooks>()
            .Where(h => ulong.IsPow2((ulong)h))
            // Of a pair, the sync one is for the library's sync calls.
            .Where(h => !Enum.TryParse<Hooks>($"{h}Async", out _));

        Assert.Equal(hooks.Order(), Rules.All.Keys.Order());
    }

    /// <summary>A rule that no scenario puts to the test would hold for a hook that is never fired.</summary>
    [Fact]
    public void EveryHookOfTheGateway_FiresSomewhere() =>
        Assert.All(
            Rules.All.Keys.Where(h => (h & Hooks.GatewayOnly) != 0 && h != Hooks.FilterListedModelsAsync),
            h => Assert.Contains(Cell.All, c => Rules.CountOf(h, c) is null or > 0)
        );

    [Fact]
    public void EveryOutcome_HasAScenario_OrAReasonForNone() =>
        Assert.Equal(
            Enum.GetValues<CallOutcome>(),
            Scenarios.All.Select(s => s.Outcome).Concat(Scenarios.Impossible.Keys).Distinct().Order()
        );

    [Fact]
    public async Task PublishedTable_IsWhatTheMatrixCounts()
    {
        var path = SchemaFile.InRepository("docs", "conformance-gateway.md");
        var page = await Table.MakeAsync();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(path, page, TestContext.Current.CancellationToken);
        }

        var published = File.Exists(path)
            ? await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)
            : "";
        Assert.True(
            published == page,
            $"docs/conformance-gateway.md is not what the matrix counts. If the change is meant, run these tests with {Update}=1 and commit the page."
        );
    }
}
