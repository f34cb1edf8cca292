using System.Text.Json;

namespace Callgate.Gateway.Tests.Enforcement;

/// <summary>The hook that narrows lists of models: it fails open by default, and closed where its registration says so.</summary>
public class ListingEnforcementTests
{
    public static TheoryData<Failing, OnHookFailure> Ways
    {
        get
        {
            var data = new TheoryData<Failing, OnHookFailure>();
            foreach (var failing in Enum.GetValues<Failing>())
            {
                foreach (var onFailure in Enum.GetValues<OnHookFailure>())
                {
                    data.Add(failing, onFailure);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task AList_IsGivenOrWithheld_AsDeclared(Failing failing, OnHookFailure onFailure)
    {
        await using var gateway = await GatewayHost.StartAsync(configure: o =>
            o.Callbacks.Add(
                new Lister(failing),
                new CallbackOptions
                {
                    OnFailure = onFailure,
                    Deadline = TimeSpan.FromMilliseconds(failing == Failing.Hangs ? 100 : 10_000),
                }
            )
        );

        using var response = await gateway.Http.GetAsync("/v1/models", TestContext.Current.CancellationToken);
        using var body = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal(onFailure == OnHookFailure.Deny ? 500 : 200, (int)response.StatusCode);
        Assert.Equal(onFailure == OnHookFailure.Deny, body.RootElement.TryGetProperty("error", out _));
        Assert.Equal(onFailure != OnHookFailure.Deny, body.RootElement.TryGetProperty("data", out _));
    }

    public enum Failing
    {
        Throws,
        Hangs,
        Cancels,
        GivesNull,
        GivesMore,
    }

    private sealed class Lister(Failing failing) : CustomLogger
    {
        public override async ValueTask<IReadOnlyList<string>> FilterListedModelsAsync(
            FilterListedModelsContext context,
            CancellationToken cancellationToken
        )
        {
            if (failing == Failing.Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
            }

            return failing switch
            {
                Failing.GivesNull => null!,
                Failing.GivesMore => [.. context.ModelNames, "more"],
                Failing.Cancels => throw new OperationCanceledException("sabotage"),
                _ => throw new InvalidOperationException("sabotage"),
            };
        }
    }
}
