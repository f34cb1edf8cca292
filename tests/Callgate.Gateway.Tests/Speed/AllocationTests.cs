using System.Globalization;
using Callgate.Formats;
using Callgate.Gateway.Endpoints;

namespace Callgate.Gateway.Tests.Speed;

/// <summary>
/// What the gateway allocates for a request and for a chunk of a stream, with a virtual key and three callbacks: the endpoint, the
/// pipeline and the observers. Client and provider are stand-ins in memory, whose few bytes are counted too; Kestrel and HttpClient
/// are not. The least of several rounds counts: whatever else runs in this process only ever adds.
/// </summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const double Tolerance = 1.10;
    private const int Rounds = 12;
    private const int CallsPerRound = 50;
    private const int FewEvents = 20;
    private const int ManyEvents = 120;

    [Fact]
    public async Task A_request_allocates_no_more_than_before()
    {
        await using var gateway = await InMemoryGateway.StartAsync();
        var bytes = await LeastAsync(gateway, g => g.Complete());
        Compare("request", bytes / CallsPerRound);
    }

    [Fact]
    public async Task A_chunk_allocates_no_more_than_before()
    {
        await using var gateway = await InMemoryGateway.StartAsync();
        var few = await LeastAsync(gateway, g => g.Stream(FewEvents));
        var many = await LeastAsync(gateway, g => g.Stream(ManyEvents));
        Compare("chunk", (many - few) / CallsPerRound / (ManyEvents - FewEvents));
    }

    private static async Task<double> LeastAsync(InMemoryGateway gateway, Action<InMemoryGateway> call)
    {
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < CallsPerRound; i++)
            {
                call(gateway);
            }

            await gateway.FlushAsync();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }

    private static void Compare(string what, double bytes)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Speed", "allocated-bytes.txt");
        var committed = File.ReadLines(file)
            .Select(line => line.Split(' '))
            .Where(parts => parts[0] == what)
            .Select(parts => double.Parse(parts[1], CultureInfo.InvariantCulture))
            .Single();
        Assert.True(
            bytes <= committed * Tolerance,
            $"A {what} allocates {bytes:F0} bytes; {committed:F0} are committed in Speed/allocated-bytes.txt. "
                + $"Where that is worth it, write there: {what} {bytes:F0}"
        );
    }
}
