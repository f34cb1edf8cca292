using Callgate.Routing;

namespace Callgate.Tests.Routing;

public class CooldownsTests
{
    private static readonly Deployment s_deployment = new() { ModelName = "m", Model = "openai/m" };
    private static readonly LlmException s_failure = LlmException.Create(LlmErrorKind.Server, "no");

    private readonly ManualTimeProvider _time = new();

    private bool IsOut(Cooldowns cooldowns) => cooldowns.Without([s_deployment]).Count == 0;

    [Fact]
    public void The_first_failure_takes_it_out_for_a_while()
    {
        var cooldowns = new Cooldowns(new LlmClientOptions { TimeProvider = _time });
        cooldowns.Note(s_deployment, s_failure);
        Assert.True(IsOut(cooldowns));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(IsOut(cooldowns));
    }

    [Fact]
    public void Allowed_failures_are_counted_within_a_minute()
    {
        var cooldowns = new Cooldowns(new LlmClientOptions { TimeProvider = _time, AllowedFails = 2 });
        cooldowns.Note(s_deployment, s_failure);
        cooldowns.Note(s_deployment, s_failure);
        Assert.False(IsOut(cooldowns));
        _time.Advance(TimeSpan.FromMinutes(1));
        cooldowns.Note(s_deployment, s_failure);
        cooldowns.Note(s_deployment, s_failure);
        Assert.False(IsOut(cooldowns));
        cooldowns.Note(s_deployment, s_failure);
        Assert.True(IsOut(cooldowns));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(IsOut(cooldowns));
    }

    [Fact]
    public void A_fault_of_the_request_is_not_counted()
    {
        var cooldowns = new Cooldowns(new LlmClientOptions { TimeProvider = _time });
        cooldowns.Note(s_deployment, LlmException.Create(LlmErrorKind.BadRequest, "no"));
        Assert.False(IsOut(cooldowns));
    }
}
