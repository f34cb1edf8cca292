using System.Runtime.CompilerServices;
using Callgate.Providers.Mock;

namespace Callgate.Calls;

/// <summary>What stands in for the network where a call is mocked.</summary>
internal static class MockUpstream
{
    // By options, as a mock that is to fail a number of times counts them.
    private static readonly ConditionalWeakTable<MockOptions, HttpMessageInvoker> s_mocks = [];
    private static readonly MockOptions s_default = new();

    public static HttpMessageInvoker For(Call call) =>
        s_mocks.GetValue(
            call.Options.Mock ?? s_default,
            options => new HttpMessageInvoker(new MockHandler(options, call.Runtime.Time))
        );
}
