namespace Callgate.Gateway.Tests.Enforcement;

/// <summary>Each interceptor × each way to go wrong × each OnFailure, on every endpoint, unary and streamed, passed through and translated: the call ends as declared.</summary>
public class EnforcementTests
{
    public static TheoryData<string, Sabotage, OnHookFailure> Matrix
    {
        get
        {
            var data = new TheoryData<string, Sabotage, OnHookFailure>();
            foreach (var target in Target.All)
            {
                foreach (var sabotage in Enum.GetValues<Sabotage>().Except(target.Impossible))
                {
                    foreach (var onFailure in Enum.GetValues<OnHookFailure>())
                    {
                        data.Add(target.Hook.ToString(), sabotage, onFailure);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task ACallEnds_AsDeclared(string hook, Sabotage sabotage, OnHookFailure onFailure)
    {
        var runs = (await CellRun.OfAsync(Target.All.Single(t => t.Hook.ToString() == hook)))[(sabotage, onFailure)];

        Assert.NotEmpty(runs);
        var wrong = runs.SelectMany(Verdict.Of).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void EveryInterceptor_IsPutToTheTest()
    {
        var interceptors = Enum.GetValues<Hooks>()
            .Where(h => ulong.IsPow2((ulong)h) && !h.ToString().StartsWith("LogS", StringComparison.Ordinal))
            .Where(h => !h.ToString().StartsWith("Log", StringComparison.Ordinal) || h == Hooks.LoggingHookAsync);

        Assert.Equal(interceptors.Order(), Target.All.Select(t => t.Hook).Concat(Target.Elsewhere.Keys).Order());
    }
}
