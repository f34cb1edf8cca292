using Callgate.Gateway.UserCode;
using Callgate.Testing;
using Callgate.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Callgate.Gateway.Tests.UserCode;

public sealed class LiveEditTests : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    private readonly CallbackFolder _folder = new();
    private readonly Tally _tally = new();

    public LiveEditTests() => _folder.Services.AddSingleton(_tally);

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A handler that does whatever is known to keep code from unloading.</summary>
    private static string Version(int number) =>
        $$"""
            using System.Text.Json;
            using Callgate.Gateway.Tests.UserCode;

            public sealed class Counter(Tally tally, ILogger<Counter> logger, HttpClient http) : CustomLogger, IAsyncDisposable
            {
                private static readonly HttpClient s_http = new();
                private readonly Timer _timer = new(_ => { }, null, 1000, 1000);

                public override ValueTask<HookResult> PreCallDeploymentHookAsync(PreCallDeploymentContext context, CancellationToken ct)
                {
                    context.Items.Set(new Seen({{number}}, context.LitellmCallId));
                    return Continue;
                }

                public override async ValueTask LogSuccessEventAsync(
                    CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime, CancellationToken ct)
                {
                    await Task.Yield();
                    logger.LogDebug("{Seen}", new Seen({{number}}, call.LitellmCallId));
                    var seen = JsonSerializer.Deserialize<Seen>(JsonSerializer.Serialize(new Seen({{number}}, call.LitellmCallId)))!;
                    tally.Note($"{seen.Version} {(call.Items.TryGet<Seen>(out var before) ? before.Id == seen.Id : false)} {seen.Id}");
                }

                public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) =>
                    throw new Oops(http.Timeout + s_http.Timeout);

                public ValueTask DisposeAsync()
                {
                    tally.Note("disposed {{number}}");
                    return default;
                }

                private sealed record Seen(int Version, string Id);

                private sealed class Oops(TimeSpan timeout) : Exception($"{timeout}");
            }
            """;

    [Fact]
    public async Task AHundredEdits_UnderLoad_LoseNoCallNoEvent_AndLeaveNoCodeBehind()
    {
        const int Edits = 100;
        _folder.Write("counter.cs", Version(0));
        await using var client = new LlmClient(
            new LlmClientOptions { LoggerFactory = _folder.Log, MaxPendingEvents = int.MaxValue }
        );
        var contexts = new List<WeakReference>();
        var watcher = await StartAsync(client, contexts);
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 3).Select(_ => CallAsync(client, enough.Token)).ToList();

        for (var edit = 1; edit <= Edits; edit++)
        {
            _folder.Save("counter.cs", Version(edit));
            await Eventually.IsTrueAsync(() => contexts.Count == edit || watcher.Error is not null);
            Assert.Null(watcher.Error);
        }

        await enough.CancelAsync();
        var ids = (await Task.WhenAll(callers)).SelectMany(i => i).ToList();
        var counts = await client.FlushAsync(TimeSpan.FromMinutes(1), Token);
        await watcher.DisposeAsync();
        await Eventually.IsTrueAsync(() =>
            _tally.Notes.Count(n => n.StartsWith("disposed", StringComparison.Ordinal)) == Edits
        );

        var notes = _tally
            .Notes.Where(n => !n.StartsWith("disposed", StringComparison.Ordinal))
            .Select(n => n.Split(' '))
            .ToList();
        Assert.Equal(0, counts.Pending);
        Assert.Equal(0, counts.Dropped);
        Assert.Equal(ids.Order(), notes.Select(n => n[2]).Order());
        // The version that saw the end of a call is the one that saw its beginning.
        Assert.All(notes, n => Assert.Equal("True", n[1]));
        Assert.True(notes.Select(n => n[0]).Distinct().Count() > Edits / 2);
        await Eventually.AreCollectedAsync(contexts);
    }

    [Fact]
    public async Task AFileBehindALink_IsFollowed_AlsoOnceTheLinkLeadsElsewhere()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        _folder.Write("one/counter.cs", Version(1));
        _folder.Write("two/counter.cs", Version(2));
        var link = _folder.PathOf("counter.cs");
        File.CreateSymbolicLink(link, "one/counter.cs");
        await using var client = new LlmClient(new LlmClientOptions { LoggerFactory = _folder.Log });
        var contexts = new List<WeakReference>();
        await using var watcher = await StartAsync(client, contexts);

        _folder.Write("one/counter.cs", Version(3));
        await Eventually.IsTrueAsync(() => contexts.Count == 1);
        File.CreateSymbolicLink(link + ".tmp", "two/counter.cs");
        File.Move(link + ".tmp", link, overwrite: true);
        await Eventually.IsTrueAsync(() => contexts.Count == 2);
        _folder.Write("two/counter.cs", Version(4));
        await Eventually.IsTrueAsync(() => contexts.Count == 3);
    }

    // Not in the test itself, whose state would hold the first version.
    private async Task<CallbackWatcher> StartAsync(LlmClient client, List<WeakReference> replaced)
    {
        var loader = _folder.NewLoader();
        var first = await loader.LoadAsync("counter", _folder.Path, null, Token);
        client.Callbacks.Add(first.Handler);
        return loader.Watch(
            first,
            (current, next) =>
            {
                var drained = client.Runtime.ReplaceAsync(current.Handler, next.Handler);
                replaced.Add(current.Context);
                return drained;
            },
            s_pause
        );
    }

    [Fact]
    public async Task AVersionThatNeverComesBack_HoldsUpNoStop_AndIsReleasedWhenItDoes()
    {
        _folder.Write("counter.cs", Version(1));
        var loader = _folder.NewLoader();
        await using var first = new Released(await loader.LoadAsync("counter", _folder.Path, null, Token));
        var watcher = loader.Watch(
            first.Callback,
            (_, _) => throw new InvalidOperationException("It must not be put in the place of the first."),
            s_pause,
            patience: TimeSpan.FromMilliseconds(1)
        );
        _folder.Write(
            "counter.cs",
            """
            using Callgate.Gateway.Tests.UserCode;

            public sealed class Counter : CustomLogger, IDisposable
            {
                private readonly Tally _tally;

                public Counter(Tally tally)
                {
                    _tally = tally;
                    tally.Note("begun");
                    tally.Gate.Wait();
                }

                public void Dispose() => _tally.Note("released");
            }
            """
        );
        await Eventually.IsTrueAsync(() => _tally.Notes.Contains("begun"));

        await watcher.DisposeAsync();
        Assert.DoesNotContain("released", _tally.Notes);

        _tally.Gate.Set();
        await Eventually.IsTrueAsync(() => _tally.Notes.Contains("released"));
    }

    private sealed record Released(LoadedCallback Callback) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Callback.ReleaseAsync();
    }

    private static async Task<List<string>> CallAsync(LlmClient client, CancellationToken enough)
    {
        var ids = new List<string>();
        while (!enough.IsCancellationRequested)
        {
            var answer = await client.CompleteAsync("mock/gpt-4o-mini", [Message.User("Hi")], null, Token);
            ids.Add(answer.HiddenParams.CallId!);
            await Task.Delay(10, Token);
        }

        return ids;
    }

    [Fact]
    public async Task AnEditThatDoesNotCompile_IsReported_AndChangesNothing()
    {
        var path = _folder.Write("counter.cs", Version(1));
        await using var client = new LlmClient(new LlmClientOptions { LoggerFactory = _folder.Log });
        var replaced = new List<WeakReference>();
        await using var watcher = await StartAsync(client, replaced);

        _folder.Write("counter.cs", "public class Counter : CustomLogger { int X = ; }");
        await Eventually.IsTrueAsync(() => watcher.Error?.Contains("CS1525", StringComparison.Ordinal) == true);
        await client.CompleteAsync("mock/gpt-4o-mini", [Message.User("Hi")], null, Token);
        await client.FlushAsync(cancellationToken: Token);

        Assert.Equal($"{path}(1,47): error CS1525: Invalid expression term ';'", watcher.Error);
        Assert.True(
            _folder.Log.Has(
                $"Error: {path} was saved, but can't be loaded; the version before it stays in use.\n{path}(1,47)"
            )
        );
        Assert.StartsWith("1 True ", Assert.Single(_tally.Notes), StringComparison.Ordinal);

        _folder.Write("counter.cs", Version(2));
        await Eventually.IsTrueAsync(() => replaced.Count == 1);
        await Eventually.IsTrueAsync(() => watcher.Error is null);
        await client.CompleteAsync("mock/gpt-4o-mini", [Message.User("Hi")], null, Token);
        await client.FlushAsync(cancellationToken: Token);

        Assert.Contains(_tally.Notes, n => n.StartsWith("2 True ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFileThatIsRenamedIntoPlace_IsSeen_AndOneEditedBack_IsNoError()
    {
        _folder.Write("counter.cs", Version(1));
        await using var client = new LlmClient(new LlmClientOptions { LoggerFactory = _folder.Log });
        var replaced = new List<WeakReference>();
        await using var watcher = await StartAsync(client, replaced);

        _folder.Save("counter.cs", Version(2));
        await Eventually.IsTrueAsync(() => replaced.Count == 1);

        _folder.Write("counter.cs", "broken");
        await Eventually.IsTrueAsync(() => watcher.Error is not null);
        _folder.Write("counter.cs", Version(2));
        await Eventually.IsTrueAsync(() => watcher.Error is null);

        Assert.Single(replaced);
    }

    [Fact]
    public async Task ACallInFlight_EndsOnItsVersion_WhichIsDisposedOnlyThen()
    {
        await using var provider = await FakeProvider.StartAsync(cancellationToken: Token);
        provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 400 };
        _folder.Write("counter.cs", Version(1));
        await using var client = new LlmClient(
            new LlmClientOptions
            {
                LoggerFactory = _folder.Log,
                ApiKeys = { ["openai"] = "test" },
                ApiBases = { ["openai"] = provider.OpenAiBase },
            }
        );
        var replaced = new List<WeakReference>();
        await using var watcher = await StartAsync(client, replaced);
        var stream = client
            .CompleteStreamingAsync("openai/gpt-4o", [Message.User("Hi")], null, Token)
            .GetAsyncEnumerator(Token);
        await stream.MoveNextAsync();
        await (await provider.WaitForRequestsAsync(1, Token))[0].Stalled.WaitAsync(Token);

        _folder.Write("counter.cs", Version(2));
        await Eventually.IsTrueAsync(() => replaced.Count == 1);
        await client.CompleteAsync("mock/gpt-4o-mini", [Message.User("Hi")], null, Token);
        await client.FlushAsync(cancellationToken: Token);
        Assert.StartsWith("2 True ", Assert.Single(_tally.Notes), StringComparison.Ordinal);

        provider.Release();
        while (await stream.MoveNextAsync()) { }
        await stream.DisposeAsync();
        await Eventually.IsTrueAsync(() => _tally.Notes.Count == 3);

        Assert.StartsWith("1 True ", _tally.Notes[1], StringComparison.Ordinal);
        Assert.Equal("disposed 1", _tally.Notes[2]);
    }

    [Fact]
    public async Task AHandlerInAListForOneEvent_IsReplacedThere()
    {
        var (first, second) = (new RecordingLogger(), new RecordingLogger());
        await using var client = new LlmClient(new LlmClientOptions { LoggerFactory = _folder.Log });
        client.SuccessCallbacks.Add(first);

        await client.CompleteAsync("mock/gpt-4o-mini", [Message.User("Hi")], null, Token);
        await client.Runtime.ReplaceAsync(first, second, Token);
        await client.CompleteAsync("mock/gpt-4o-mini", [Message.User("Hi")], null, Token);
        await client.FlushAsync(cancellationToken: Token);

        Assert.Equal(nameof(CustomLogger.LogSuccessEventAsync), Assert.Single(first.Records).Hook);
        Assert.Equal(nameof(CustomLogger.LogSuccessEventAsync), Assert.Single(second.Records).Hook);
    }
}
