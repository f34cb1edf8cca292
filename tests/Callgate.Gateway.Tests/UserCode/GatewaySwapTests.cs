using System.Collections.Concurrent;

namespace Callgate.Gateway.Tests.UserCode;

/// <summary>A callback's file is edited while the gateway serves: no call fails, no event is lost, and the old code goes away.</summary>
public class GatewaySwapTests
{
    private const int Edits = 100;

    private static string Source(int version) =>
        $$"""
            public class Stamp : CustomLogger
            {
                public override ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
                    ResponseHeadersContext context, CancellationToken cancellationToken) =>
                    new(new Dictionary<string, string> { ["x-version"] = "{{version}}" });

                public override void LogSuccessEvent(
                    CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime) =>
                    ((System.Collections.Concurrent.ConcurrentDictionary<string, int>)AppContext.GetData("callgate-swap-test")!)
                        .AddOrUpdate(call.LitellmCallId, 1, (_, n) => n + 1);
            }
            """;

    [Fact]
    public async Task AHundredEdits_UnderLoad_LoseNothing()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        var file = folder.File("stamp.cs");
        await File.WriteAllTextAsync(file, Source(0), token);
        var seen = new ConcurrentDictionary<string, int>();
        AppContext.SetData("callgate-swap-test", seen);
        await using var gateway = await GatewayHost.StartAsync(GatewayHost.Models() + $"\n  callbacks: [\"{file}\"]\n");
        var made = new ConcurrentBag<string>();
        var newest = 0;
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => LoadAsync()).ToArray();

        for (var version = 1; version <= Edits; version++)
        {
            await File.WriteAllTextAsync(file, Source(version), token);
            while (Volatile.Read(ref newest) < version)
            {
                await Task.Delay(1, token);
            }
        }

        await done.CancelAsync();
        await Task.WhenAll(load);
        await gateway.Client.FlushAsync(TimeSpan.FromSeconds(30), token);
        Assert.Equal(made.Order(), seen.Keys.Order());
        Assert.All(seen.Values, times => Assert.Equal(1, times));

        async Task LoadAsync()
        {
            while (!done.IsCancellationRequested)
            {
                using var response = await gateway.PostAsync(
                    "/v1/chat/completions",
                    """{"model":"gpt","messages":[{"role":"user","content":"Hi"}]}"""
                );
                Assert.True(response.IsSuccessStatusCode);
                made.Add(response.Headers.GetValues("x-litellm-call-id").Single());
                var version = int.Parse(
                    response.Headers.GetValues("x-version").Single(),
                    System.Globalization.CultureInfo.InvariantCulture
                );
                InterlockedMax(ref newest, version);
            }
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen; (seen = Volatile.Read(ref target)) < value; )
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
