using System.Net;
using System.Text;
using Callgate.Gateway.Tests.UserCode;
using Callgate.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>The config is edited while the gateway serves.</summary>
public sealed class ReloadTests : IDisposable
{
    private const string Chat = "/v1/chat/completions";
    private const string Hello = """{"model":"gpt","messages":[{"role":"user","content":"Hi"}]}""";
    private const string HelloStreamed =
        """{"model":"gpt","stream":true,"messages":[{"role":"user","content":"Hi"}]}""";
    private const string Variable = "CALLGATE_TEST_OF_A_RELOAD";

    private readonly LineLog _log = new();
    private readonly Tally _tally = new();
    private string _config = "";

    public void Dispose() => _log.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Reloads => _log.Lines.Count(l => l.Contains(" was changed, and ", StringComparison.Ordinal));

    private Task<GatewayHost> StartAsync(string? yaml = null, Action<GatewayOptions>? configure = null) =>
        GatewayHost.StartAsync(
            b =>
            {
                b.Services.AddSingleton<ILoggerFactory>(_log);
                b.Services.AddSingleton(_tally);
            },
            yaml,
            o =>
            {
                o.Environment = static _ => null;
                o.ReloadPause = TimeSpan.FromMilliseconds(10);
                _config = o.ConfigFile!;
                configure?.Invoke(o);
            }
        );

    /// <summary>Edits the config, and waits until it is in effect, or refused.</summary>
    private async Task<string> EditAsync(GatewayHost gateway, string more)
    {
        await WriteAsync(gateway, more);
        return _log.Lines.Last(l => l.Contains(" was changed, and ", StringComparison.Ordinal));
    }

    private async Task WriteAsync(GatewayHost gateway, string more, string models = "", bool isToEnd = true)
    {
        var before = Reloads;
        var yaml = models.Length > 0 ? models : GatewayHost.Models();
        // Whole at once, as editors do it.
        await File.WriteAllTextAsync(
            _config + ".tmp",
            yaml.Replace("PROVIDER", gateway.Provider.AnthropicBase, StringComparison.Ordinal) + "\n" + more,
            Token
        );
        File.Move(_config + ".tmp", _config, overwrite: true);
        if (isToEnd)
        {
            await Eventually.IsTrueAsync(() => Reloads > before);
        }
    }

    private static async Task<HttpResponseMessage> StreamAsync(GatewayHost gateway)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Chat)
        {
            Content = new StringContent(HelloStreamed, Encoding.UTF8, "application/json"),
        };
        return await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    [Fact]
    public async Task AStreamThatBeganBefore_EndsByItself()
    {
        await using var gateway = await StartAsync(configure: o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(1));
        gateway.Provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 400 };
        using var streamed = await StreamAsync(gateway);
        var before = gateway.Client.Runtime;

        await EditAsync(gateway, "  drop_params: true");
        Assert.NotSame(before, gateway.Client.Runtime);
        gateway.Provider.Requests.Single().Release();

        Assert.EndsWith("data: [DONE]\n\n", await streamed.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        await Eventually.IsTrueAsync(() => before.IsDisposed);
        Assert.Single(gateway.Events.Successes);
        Assert.Empty(gateway.Events.Failures);
    }

    [Fact]
    public async Task ARequestWhoseBodyIsOnItsWay_IsServedByTheNewConfig()
    {
        await using var gateway = await StartAsync();
        var before = gateway.Client.Runtime;
        // The first request takes its time to come to its endpoint.
        await gateway.SendAsync(Chat, Hello);
        using var body = new SlowContent(Hello);
        var pending = gateway.Http.PostAsync(Chat, body, Token);
        await body.HalfSent;

        await EditAsync(gateway, "  drop_params: true");
        await Eventually.IsTrueAsync(() => before.IsDisposed);
        body.Finish();

        using var answer = await pending;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, (await gateway.EndsAsync()).Count);
    }

    [Fact]
    public async Task RefusalsThatWereCountedBefore_AreToldAfter()
    {
        await using var gateway = await StartAsync();
        var before = gateway.Client.Runtime;
        using var nobody = gateway.NewClient("sk-wrong");
        await gateway.SendAsync(Chat, Hello, nobody);
        await gateway.SendAsync(Chat, Hello, nobody);

        await EditAsync(gateway, "  drop_params: true");
        await Eventually.IsTrueAsync(() => before.IsDisposed);
        gateway.Server.Refusals.Tell();

        Assert.Equal(2, (await gateway.EndsAsync()).Count);
    }

    [Fact]
    public async Task AStop_EndsTheCallsOfTheConfigBefore_AndDeliversTheirEvents()
    {
        await using var gateway = await StartAsync(configure: o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        gateway.Provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 400 };
        using var streamed = await StreamAsync(gateway);
        await EditAsync(gateway, "  drop_params: true");

        await gateway.StopAsync();

        Assert.Equal(CallOutcome.Terminated, Assert.Single(gateway.Events.Failures).Outcome);
        Assert.True(_log.Has("Stopped. 1 events = 1 delivered + 0 pending + 0 dropped."));
    }

    [Fact]
    public async Task AReloadInItsMidst_AsTheGatewayStops_LeavesNothingBehind()
    {
        using var gate = new Gate();
        await using var gateway = await StartAsync(configure: o => o.CompiledCodeFolder = null);
        await WriteAsync(
            gateway,
            $"  callbacks: [\"{typeof(SlowToMake).FullName}, Callgate.Gateway.Tests\"]",
            isToEnd: false
        );
        await Eventually.IsTrueAsync(() => _tally.Notes.Contains("being made"));

        var stopping = gateway.StopAsync();
        await Eventually.IsTrueAsync(() => !gateway.Server.IsReady);
        gate.Open();
        await stopping;

        Assert.Equal(["being made", "disposed"], _tally.Notes);
    }

    [Fact]
    public async Task ABuildThatFailsAtItsEnd_ReleasesItsCallbacks()
    {
        using var gate = new Gate();
        gate.Open();
        var retries = 0;
        await using var gateway = await StartAsync(configure: o =>
            o.ConfigureClient = c => c.NumRetries = Volatile.Read(ref retries)
        );
        Volatile.Write(ref retries, -1);

        var refused = await EditAsync(
            gateway,
            $"  callbacks: [\"{typeof(SlowToMake).FullName}, Callgate.Gateway.Tests\"]"
        );

        Assert.Contains("NumRetries", refused, StringComparison.Ordinal);
        Assert.Equal(["being made", "disposed"], _tally.Notes);
    }

    [Fact]
    public async Task TheMasterKey_IsNotDroppedByAnEdit()
    {
        await using var gateway = await StartAsync(
            GatewayHost.Models() + "\ngeneral_settings: {master_key: sk-own-master-key}",
            o => o.MasterKey = null
        );

        var refused = await EditAsync(gateway, "");

        Assert.Contains("There is no master key any more", refused, StringComparison.Ordinal);
        using var nobody = gateway.NewClient(null);
        Assert.Equal(401, (await gateway.SendAsync(Chat, Hello, nobody)).Status);
        using var own = gateway.NewClient("sk-own-master-key");
        Assert.Equal(200, (await gateway.SendAsync(Chat, Hello, own)).Status);
    }

    [Fact]
    public async Task AMasterKeyThatIsTooLong_IsRefused_WhereverItComesFrom()
    {
        var refused = await Assert.ThrowsAsync<GatewayStartException>(async () =>
        {
            await using var never = await StartAsync(configure: o => o.MasterKey = new string('x', 513));
        });

        Assert.Equal("The master key is longer than 512 characters.", refused.Message);
    }

    [Fact]
    public async Task CodeThatIsMended_BringsTheConfigThatNeedsIt()
    {
        await using var gateway = await StartAsync();
        var file = Path.Combine(Path.GetDirectoryName(_config)!, "guard.cs");
        await File.WriteAllTextAsync(file, "class Guard : CustomLogger { broken", Token);
        var refused = await EditAsync(gateway, "  callbacks: [guard]");
        Assert.Contains("can't be used; the old one stays in effect", refused, StringComparison.Ordinal);

        var before = Reloads;
        await File.WriteAllTextAsync(
            file,
            """
            class Guard : CustomLogger
            {
                public override ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken ct) =>
                    Reject(451, "mended");
            }
            """,
            Token
        );

        await Eventually.IsTrueAsync(() => Reloads > before);
        Assert.Equal(451, (await gateway.SendAsync(Chat, Hello)).Status);
        Assert.DoesNotContain(_log.Lines, l => l.Contains("read anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task VariablesOfARefusedEdit_AreNotSet_AndThoseThatAreGone_AreUnset()
    {
        await using var gateway = await StartAsync(
            GatewayHost.Models() + $"\nenvironment_variables: {{{Variable}: first}}"
        );
        Assert.Equal("first", Environment.GetEnvironmentVariable(Variable));

        await EditAsync(gateway, $"  callbacks: [nobody]\nenvironment_variables: {{{Variable}: second}}");
        Assert.Equal("first", Environment.GetEnvironmentVariable(Variable));

        await EditAsync(gateway, "");
        Assert.Null(Environment.GetEnvironmentVariable(Variable));
    }

    /// <summary>A body whose second half waits.</summary>
    private sealed class SlowContent : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowContent(string json)
        {
            _bytes = Encoding.UTF8.GetBytes(json);
            Headers.ContentType = new("application/json");
        }

        public Task HalfSent => _half.Task;

        public void Finish() => _go.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(..10));
            await stream.FlushAsync();
            _half.SetResult();
            await _go.Task;
            await stream.WriteAsync(_bytes.AsMemory(10..));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}

/// <summary>Holds back the constructor of <see cref="SlowToMake"/>; one at a time.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _opened = new();

    public Gate() => Current = this;

    public static Gate? Current { get; private set; }

    public void Open() => _opened.Set();

    public void Wait() => _opened.Wait(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _opened.Set();
        Current = null;
    }
}

/// <summary>A callback of the application.</summary>
public sealed class SlowToMake : CustomLogger, IDisposable
{
    private readonly Tally _tally;

    public SlowToMake(Tally tally)
    {
        _tally = tally;
        tally.Note("being made");
        Gate.Current?.Wait();
    }

    public void Dispose() => _tally.Note("disposed");
}
