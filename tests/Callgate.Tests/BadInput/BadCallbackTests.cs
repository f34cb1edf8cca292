using System.Collections.Concurrent;
using Callgate.Wire;

namespace Callgate.Tests.BadInput;

/// <summary>What handlers can get wrong: calls go on, and the other handlers see everything.</summary>
public class BadCallbackTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Documented("A handler added twice", "Warning CALLGATE101: it is called once")]
    public async Task AddedTwice()
    {
        var handler = new Counter();
        await using var trial = new Trial(configure: o => o.Callbacks = [handler, handler]);
        trial.Client.Callbacks.Add(handler);
        trial.Client.SuccessCallbacks.Add(handler);
        await trial.CompleteAsync(new CallOptions { Callbacks = [handler, handler] });
        await trial.EndAsync();

        Assert.Equal(1, handler.Ends);
        Assert.Contains(trial.Log.Warnings, w => w.Contains("CALLGATE101", StringComparison.Ordinal));

        var once = new Counter();
        await trial.CompleteAsync(new CallOptions { Callbacks = [once, once] });
        await trial.EndAsync();
        Assert.Equal(1, once.Ends);
    }

    [Fact]
    [Documented("null among CallOptions.Callbacks", nameof(ArgumentException))]
    public async Task NullHandler()
    {
        await using var trial = new Trial();
        await trial.ThrowsBeforeTheCallAsync<ArgumentException>(
            () => trial.CompleteAsync(new CallOptions { Callbacks = [null!] }),
            "Callbacks"
        );
        Assert.Throws<ArgumentNullException>(() => trial.Client.Callbacks.Add((CustomLogger)null!));
        Assert.Throws<ArgumentNullException>(() => trial.Client.Callbacks.Add(default));
    }

    [Fact]
    [Documented("The name of a built-in callback that does not exist", nameof(ArgumentException))]
    public void UnknownName()
    {
        var e = Assert.Throws<ArgumentException>(() => new CallbackList { "langfuze" });
        Assert.Contains("console", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Documented("A handler whose Equals or GetHashCode throws", "No error: handlers are told apart by reference")]
    public async Task HostileEquality()
    {
        var one = new Incomparable();
        var other = new Incomparable();
        await using var trial = new Trial(configure: o => o.Callbacks = [one, other]);
        trial.Client.Callbacks.Add(new Incomparable());
        trial.Client.SuccessCallbacks.Add(new Incomparable());
        await trial.CompleteAsync(new CallOptions { Callbacks = [new Incomparable(), one] });
        await trial.EndAsync();
        trial.Client.Callbacks.Remove(other);
        await trial.CompleteAsync();
        await trial.EndAsync();

        Assert.Equal(2, one.Ends);
        Assert.Equal(1, other.Ends);
    }

    [Fact]
    [Documented("An observer that throws", "One warning per kind of exception: the call is unharmed")]
    public async Task ObserverThrows()
    {
        await using var trial = new Trial(configure: o => o.Callbacks = [new Thrower()]);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("Yes", (await trial.CompleteAsync()).Text);
            await trial.EndAsync();
        }

        Assert.Equal(5, (await trial.Client.FlushPatientlyAsync()).Failed);
        Assert.Single(trial.Log.Warnings);
    }

    [Theory]
    [Documented(
        "An observer that never returns",
        "Its events wait, and are dropped and counted beyond MaxPendingEvents: calls and other handlers go on"
    )]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ObserverHangs(bool blocksItsThread)
    {
        using var release = new ManualResetEventSlim();
        var stuck = new Stuck(release, blocksItsThread);
        var trial = new Trial(configure: o =>
        {
            o.Callbacks = [stuck];
            o.MaxPendingEvents = 10;
            o.FlushTimeout = TimeSpan.FromMilliseconds(50);
        });
        var others = new Counter();
        trial.Client.Callbacks.Add(others);
        for (var i = 0; i < 30; i++)
        {
            await trial.CompleteAsync();
            await others.WaitForAsync(i + 1, Token);
        }

        var counts = await trial.Client.FlushAsync(TimeSpan.FromMilliseconds(50), Token);
        Assert.Equal(10, counts.Pending);
        Assert.Equal(20, counts.Dropped);
        Assert.Contains(trial.Log.Warnings, w => w.Contains("dropped", StringComparison.Ordinal));

        // It returns, though an observer never will.
        await trial.DisposeAsync();
        Assert.Equal(10, trial.Client.Runtime.Hub.Counts.Pending);
        release.Set();
        stuck.Release();
    }

    [Theory]
    [Documented(
        "An interceptor that throws, misses its deadline, or returns what its hook cannot use",
        nameof(RejectException)
    )]
    [InlineData("throws")]
    [InlineData("throws at once")]
    [InlineData("hangs")]
    [InlineData("returns nonsense")]
    public async Task InterceptorFails(string how)
    {
        var time = new ManualTimeProvider();
        foreach (var onFailure in (OnHookFailure[])[OnHookFailure.Default, OnHookFailure.Deny])
        {
            var interceptor = new Interceptor(how);
            await using var trial = new Trial(configure: o =>
            {
                o.TimeProvider = time;
                o.Callbacks.Add(interceptor, new CallbackOptions { OnFailure = onFailure });
            });
            var e = await trial.FailsAsync<RejectException>(
                () => PassAsync(time, interceptor, trial.CompleteAsync()),
                "Interceptor",
                CallOutcome.Rejected
            );
            Assert.Equal(0, trial.Requests);
            Assert.NotNull(e);
        }
    }

    [Theory]
    [Documented(
        "The same, registered with OnFailure = Allow",
        "A warning, and a mark in the event: the call goes on without the hook"
    )]
    [InlineData("throws")]
    [InlineData("throws at once")]
    [InlineData("hangs")]
    [InlineData("returns nonsense")]
    public async Task InterceptorFails_Allowed(string how)
    {
        var time = new ManualTimeProvider();
        var interceptor = new Interceptor(how);
        await using var trial = new Trial(configure: o =>
        {
            o.TimeProvider = time;
            o.Callbacks.Add(interceptor, new CallbackOptions { OnFailure = OnHookFailure.Allow });
        });
        var call = trial.CompleteAsync();
        await PassAsync(time, interceptor, call);

        Assert.Equal("Yes", (await call).Text);
        var end = await trial.EndAsync();
        Assert.Contains(end.HookRuns, r => r.Decision == "failed: allowed");
        Assert.Single(trial.Log.Warnings, w => w.Contains("PreCallDeploymentHookAsync", StringComparison.Ordinal));
    }

    private static async Task PassAsync(ManualTimeProvider time, Interceptor interceptor, Task call)
    {
        if (interceptor.Hangs)
        {
            // The call's own limit is far away: it is the hook's that passes.
            await interceptor.Begun.WaitAsync(Token);
            time.Advance(TimeSpan.FromSeconds(11));
        }

        await call;
    }

    [Theory]
    [Documented("A hook that returns deployments it was not given, or null", nameof(RejectException))]
    [InlineData("null")]
    [InlineData("foreign")]
    [InlineData("throws when read")]
    public async Task FilterReturnsNonsense(string how)
    {
        await using var trial = new Trial(configure: o => o.Callbacks = [new Filter(how)]);
        await trial.FailsAsync<RejectException>(() => trial.CompleteAsync(), outcome: CallOutcome.Rejected);

        await using var allowed = new Trial(configure: o =>
            o.Callbacks.Add(new Filter(how), new CallbackOptions { OnFailure = OnHookFailure.Allow })
        );
        Assert.Equal("Yes", (await allowed.CompleteAsync()).Text);
    }

    [Theory]
    [Documented("A logging hook that throws or hangs", "A warning: observers get the event without its content")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LoggingHookFails(bool hangs)
    {
        var ends = new ConcurrentQueue<CallDetails>();
        var client = new LlmClient(
            new LlmClientOptions
            {
                Callbacks = [new FailingLoggingHook(hangs)],
                LoggerFactory = new Callbacks.CollectedLog(),
                FlushTimeout = TimeSpan.FromMilliseconds(50),
            }
        );
        var seen = new TaskCompletionSource();
        client.SuccessCallbacks.Add(
            (call, _, _, _) =>
            {
                ends.Enqueue(call);
                seen.TrySetResult();
            }
        );
        await client.CompleteAsync("mock/gpt-4o", Trial.Messages, null, Token);
        await client.DisposeAsync();
        await seen.Task.WaitAsync(Token);

        var end = Assert.Single(ends);
        Assert.True(end.ContentWithheld);
        Assert.DoesNotContain(Trial.Content, end.StandardLoggingPayload.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    [Documented("A deadline of a callback that is not above zero", nameof(ArgumentOutOfRangeException))]
    public void BadCallbackOptions()
    {
        foreach (var deadline in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromSeconds(-5), TimeSpan.MaxValue])
        {
            var e = Assert.Throws<ArgumentOutOfRangeException>(() =>
                new CallbackList().Add(new Counter(), new CallbackOptions { Deadline = deadline })
            );
            Assert.Contains("Deadline", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Documented(
        "A list of callbacks that changes during calls",
        "No error: a call works with the list as it was when it began"
    )]
    public async Task ListChangesDuringCalls()
    {
        await using var trial = new Trial();
        var always = new Counter();
        trial.Client.Callbacks.Add(always);
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var handler = new Counter();
                    trial.Client.Callbacks.Add(handler);
                    trial.Client.FailureCallbacks.Add((_, _, _, _) => { });
                    trial.Client.Callbacks.Remove(handler);
                    trial.Client.FailureCallbacks.Clear();
                    trial.Client.Callbacks = [always];
                }
            },
            Token
        );
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(
                        async () =>
                        {
                            for (var i = 0; i < 50; i++)
                            {
                                await trial.CompleteAsync();
                            }
                        },
                        Token
                    )
                )
        );
        await stop.CancelAsync();
        await changing;
        await trial.Client.FlushPatientlyAsync();

        Assert.Equal(400, always.Ends);
    }

    [Fact]
    public async Task HandlerOfOneCall_SeesThatCallOnly()
    {
        await using var trial = new Trial();
        var handler = new Counter();
        await trial.CompleteAsync();
        await trial.EndAsync();
        await trial.CompleteAsync(new CallOptions { Callbacks = [handler] });
        await trial.EndAsync();
        await trial.CompleteAsync();
        await trial.EndAsync();

        Assert.Equal(1, handler.Ends);
    }

    internal class Counter : CustomLogger
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _ends;

        public int Ends
        {
            get
            {
                lock (_gate)
                {
                    return _ends;
                }
            }
        }

        public async Task WaitForAsync(int ends, CancellationToken cancellationToken)
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    if (_ends >= ends)
                    {
                        return;
                    }

                    changed = _changed.Task;
                }

                await changed.WaitAsync(cancellationToken);
            }
        }

        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        )
        {
            lock (_gate)
            {
                _ends++;
                _changed.SetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private sealed class Incomparable : Counter
    {
        public override bool Equals(object? obj) => throw new InvalidOperationException("No.");

        public override int GetHashCode() => throw new InvalidOperationException("No.");
    }

    private sealed class Thrower : CustomLogger
    {
        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => throw new InvalidOperationException("No.");
    }

    private sealed class Stuck(ManualResetEventSlim release, bool blocksItsThread) : CustomLogger
    {
        private readonly TaskCompletionSource _never = new();

        public void Release() => _never.TrySetResult();

        public override async ValueTask LogSuccessEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        )
        {
            if (blocksItsThread)
            {
                release.Wait(CancellationToken.None);
            }
            else
            {
                await _never.Task;
            }
        }
    }

    private sealed class Interceptor(string how) : CustomLogger
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Hangs => how == "hangs";

        public Task Begun => _begun.Task;

        public override ValueTask<HookResult> PreCallDeploymentHookAsync(
            PreCallDeploymentContext context,
            CancellationToken cancellationToken
        )
        {
            _begun.TrySetResult();
            return how switch
            {
                "throws at once" => throw new InvalidOperationException("No."),
                "throws" => ValueTask.FromException<HookResult>(new InvalidOperationException("No.")),
                "hangs" => new(new TaskCompletionSource<HookResult>().Task),
                _ => Replace(new EmbeddingRequest { Model = "x", Input = [] }),
            };
        }
    }

    private sealed class Filter(string how) : CustomLogger
    {
        public override ValueTask<IReadOnlyList<Deployment>> FilterDeploymentsAsync(
            FilterDeploymentsContext context,
            CancellationToken cancellationToken
        ) =>
            ValueTask.FromResult<IReadOnlyList<Deployment>>(
                how switch
                {
                    "null" => null!,
                    "foreign" => [new Deployment { ModelName = "x", Model = "openai/x" }],
                    _ => new Unreadable(),
                }
            );
    }

    private sealed class Unreadable : IReadOnlyList<Deployment>
    {
        public int Count => 1;

        public Deployment this[int index] => throw new InvalidOperationException("No.");

        public IEnumerator<Deployment> GetEnumerator() => throw new InvalidOperationException("No.");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class FailingLoggingHook(bool hangs) : CustomLogger
    {
        public override ValueTask<HookResult> LoggingHookAsync(
            LoggingContext context,
            CancellationToken cancellationToken
        ) => hangs ? new(new TaskCompletionSource<HookResult>().Task) : throw new InvalidOperationException("No.");
    }
}
