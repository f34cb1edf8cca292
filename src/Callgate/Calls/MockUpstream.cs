using Callgate.Providers.Mock;

namespace Callgate.Calls;

/// <summary>What stands in for the network where a call is mocked.</summary>
internal static class MockUpstream
{
    private static readonly MockOptions s_default = new();

    public static HttpMessageInvoker For(Call call) =>
        new(new MockHandler(call.Options.Mock ?? s_default, call.Runtime.Time));
}
