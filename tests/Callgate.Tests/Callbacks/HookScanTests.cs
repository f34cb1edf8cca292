using System.Reflection;

namespace Callgate.Tests.Callbacks;

public sealed class HookScanTests
{
    private static readonly MethodInfo[] s_hooks =
    [
        .. typeof(CustomLogger).GetMethods().Where(m => m.IsVirtual && m.DeclaringType == typeof(CustomLogger)),
    ];

    [Fact]
    public void Every_virtual_method_of_the_contract_has_a_bit_and_every_bit_a_method()
    {
        var bits = Enum.GetValues<Hooks>().Where(h => ulong.IsPow2((ulong)h)).Select(h => h.ToString());

        Assert.Equal(s_hooks.Select(m => m.Name).Order(StringComparer.Ordinal), bits.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_mark_and_the_mask_of_gateway_hooks_say_the_same() =>
        Assert.Equal(
            s_hooks
                .Where(m => m.IsDefined(typeof(GatewayOnlyAttribute)))
                .Select(m => m.Name)
                .Order(StringComparer.Ordinal),
            HookScan.NamesOf(Hooks.GatewayOnly).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void No_hook_is_near_another_but_its_pair() =>
        Assert.All(
            s_hooks.Select(m => m.Name),
            hook =>
            {
                var others = s_hooks.Select(m => m.Name).Where(o => !HookNames.ArePair(o, hook));
                Assert.Null(HookNames.Nearest(hook, false, others, out _));
            }
        );

    [Fact]
    public void An_override_in_a_base_class_counts()
    {
        Assert.Equal(Hooks.LogSuccessEvent | Hooks.LogFailureEventAsync, HookScan.HooksOf(new Derived()));
        Assert.Empty(HookScan.LookalikesOf(new Derived()));
    }

    private abstract class Base : CustomLogger
    {
        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) { }
    }

    private sealed class Derived : Base
    {
        public override ValueTask LogFailureEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        ) => default;
    }
}
