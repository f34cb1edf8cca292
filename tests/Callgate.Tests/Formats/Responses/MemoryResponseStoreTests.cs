using Callgate.Formats.Responses;

namespace Callgate.Tests.Formats.Responses;

public class MemoryResponseStoreTests : ResponseStoreContract
{
    private protected override IResponseStore Create(ResponseStoreLimits limits) =>
        new MemoryResponseStore(Clock, limits);
}
