using Callgate.Calls;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Tests.Calls;

/// <summary>One generated history of one call on the real pipeline: what its provider, its caller and the process do, some of it at once.</summary>
internal sealed class CallHistory(ClientRuntime runtime, Tape tape, Tape upstream)
{
    private static readonly AttemptTarget s_target = new(
        new Deployment
        {
            ModelName = "group",
            Model = "openai/gpt-4o",
            Id = "group",
        },
        ProviderTable.Find("openai"),
        "openai",
        "gpt-4o",
        "https://api.openai.com/v1",
        IsMock: false
    );
    private static readonly ChatRequest s_request = new() { Model = "group", Messages = [Message.User("Hello")] };

    private readonly HashSet<CallOutcome> _possible = [];
    private readonly CancellationTokenSource _cancel = new();
    private Call _call = null!;
    private StreamState? _stream;
    private ScriptedSource? _source;
    private Task _reading = Task.CompletedTask;
    private volatile bool _isOpened;

    public string CallId => _call.Id;

    /// <summary>How the call may have ended; null where no call was made.</summary>
    public IReadOnlySet<CallOutcome>? Possible => _stream is null || _isOpened ? _possible : null;

    public async Task RunAsync()
    {
        var isStream = tape.Next(3) != 0;
        _call = new Call(runtime, s_request, CallOptions.Default, CallKind.Chat(isSync: tape.Once(2), isStream));
        if (isStream)
        {
            await RunStreamAsync();
        }
        else
        {
            await RunUnaryAsync();
        }

        _cancel.Dispose();
    }

    private async Task RunUnaryAsync()
    {
        using var clock = runtime.Pipeline.NewClock(_call, _cancel.Token);
        runtime.Pipeline.Admit(_call, clock);
        FailAttempts();
        if (tape.Once(2))
        {
            BeginAttempt("first").Usage = TokenUsage.FromReported(10, 5);
        }

        var isRaced = tape.Once(3);
        List<Task> others = [];
        for (var steps = 1 + tape.Next(4); steps > 0; steps--)
        {
            var step = Closer(clock);
            if (isRaced && steps % 2 == 0)
            {
                others.Add(Race(step));
            }
            else
            {
                step();
            }
        }

        await Task.WhenAll(others);
        Terminate();
    }

    /// <summary>One of the ways to end a call; the first of them does.</summary>
    private Action Closer(CallClock clock)
    {
        switch (tape.Next(7))
        {
            case 0:
                return Closing(CallOutcome.Completed);
            case 1:
                return Closing(CallOutcome.CacheHit);
            case 2:
                return Closing(CallOutcome.AnsweredByHook);
            case 3:
                May(CallOutcome.Rejected);
                return () => runtime.Pipeline.CloseFailed(_call, new RejectException(403, "No."), clock, null);
            case 4:
                May(CallOutcome.UpstreamFailed, CallOutcome.Rejected);
                return () =>
                    runtime.Pipeline.CloseFailed(
                        _call,
                        LlmException.Create(LlmErrorKind.Server, "Broken."),
                        clock,
                        null
                    );
            case 5:
                May(CallOutcome.Cancelled, CallOutcome.TimedOut);
                return () =>
                {
                    _cancel.Cancel();
                    runtime.Pipeline.CloseFailed(_call, new OperationCanceledException(_cancel.Token), clock, null);
                };
            default:
                return Terminate;
        }
    }

    private Action Closing(CallOutcome outcome)
    {
        May(outcome);
        var completion = new ChatCompletion
        {
            Usage = new Callgate.Wire.Usage
            {
                PromptTokens = 10,
                CompletionTokens = 5,
                TotalTokens = 15,
            },
        };
        return () => runtime.Pipeline.Close(_call, outcome, completion, null);
    }

    private async Task RunStreamAsync()
    {
        _stream = new StreamState(_call, OpenAsync, _cancel.Token);
        List<Task> others = [];
        for (var steps = 1 + tape.Next(10); steps > 0; steps--)
        {
            var step = StreamStep();
            if (tape.Once(6))
            {
                others.Add(Race(step));
            }
            else
            {
                step();
            }
        }

        await Task.WhenAll(others);
        Terminate();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stream.Dispose();
        Assert.True(_source is null || _source.Released > 0, "The source was not given back.");
    }

    private Action StreamStep()
    {
        switch (tape.Next(8))
        {
            case 0:
                return Terminate;
            case 1:
                May(CallOutcome.ClientAborted);
                return _stream!.Dispose;
            case 2:
                May(CallOutcome.Abandoned);
                return _stream!.Abandon;
            case 3:
                May(CallOutcome.Cancelled, CallOutcome.TimedOut);
                return _cancel.Cancel;
            default:
                return Read;
        }
    }

    private void Read()
    {
        lock (_stream!)
        {
            if (!_reading.IsCompleted)
            {
                return;
            }

            _reading = ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            await _stream!.NextAsync();
        }
        catch (Exception exception) when (exception is LlmException or OperationCanceledException)
        {
            // The consumer's affair.
        }
    }

    private ValueTask<IChunkSource> OpenAsync(Call call, CallClock clock)
    {
        _isOpened = true;
        FailAttempts();
        switch (upstream.Next(8))
        {
            case 0:
                May(CallOutcome.Rejected);

                throw new RejectException(403, "No.");
            case 1:
                May(CallOutcome.UpstreamFailed, CallOutcome.Rejected);

                throw LlmException.Create(LlmErrorKind.RateLimit, "Too many.");
            case 2:
                return Source(null, CallOutcome.CacheHit);
            case 3:
                return Source(null, CallOutcome.AnsweredByHook);
            default:
                var attempt = BeginAttempt("first");
                attempt.Stream = new ChatAccumulator(keepContent: true);
                CallEvents.LogPostApiCall(call);
                return Source(attempt, CallOutcome.Completed);
        }
    }

    private ValueTask<IChunkSource> Source(Attempt? attempt, CallOutcome outcome)
    {
        List<ChatChunk> chunks = [];
        for (var count = upstream.Next(5); count > 0; count--)
        {
            chunks.Add(Chunk(upstream.Next(4)));
        }

        // An answer that is there already can't fail.
        var end = attempt is null ? ScriptEnd.Done : (ScriptEnd)upstream.Next(4);
        May(outcome, CallOutcome.UpstreamFailed);

        return new(_source = new ScriptedSource(attempt, chunks, end, outcome));
    }

    private static ChatChunk Chunk(int kind) =>
        new(
            new ChatChunkBody
            {
                Choices =
                    kind == 0
                        ? []
                        :
                        [
                            new ChunkChoice
                            {
                                Delta = new ChunkDelta { Content = kind == 1 ? null : "word" },
                                FinishReason = kind == 1 ? "stop" : null,
                            },
                        ],
                Usage = kind == 0 ? new Callgate.Wire.Usage { PromptTokens = 9, CompletionTokens = 4 } : null,
            }
        );

    /// <summary>Attempts that the provider refuses, or that break, before the one that counts.</summary>
    private void FailAttempts()
    {
        for (var count = upstream.Next(3); count > 0; count--)
        {
            var attempt = BeginAttempt(upstream.Pick("first", "retry", "fallback"));
            if (upstream.Once(2))
            {
                attempt.StatusCode = 429;
                CallEvents.LogPostApiCall(_call);
            }
            else if (upstream.Once(2))
            {
                attempt.Usage = TokenUsage.FromReported(100, 7, source: UsageSource.Partial);
            }

            attempt.Exception = LlmException.Create(LlmErrorKind.RateLimit, "Too many.");
            CallEvents.LogRouting(_call, ObserverEventKind.FailureFallback, "group", attempt.Exception);
        }
    }

    private Attempt BeginAttempt(string reason)
    {
        var attempt = new Attempt(_call.Attempts.Count + 1, reason, "group", s_target)
        {
            Request = s_request,
            StartTime = runtime.Time.GetUtcNow(),
        };
        _call.Add(attempt);
        CallEvents.LogPreApiCall(_call);
        return attempt;
    }

    private void May(params ReadOnlySpan<CallOutcome> outcomes)
    {
        lock (_possible)
        {
            foreach (var outcome in outcomes)
            {
                _possible.Add(outcome);
            }
        }
    }

    private void Terminate()
    {
        May(CallOutcome.Terminated);

        runtime.TerminateOpenCalls("The process ended in mid-call.");
    }

    private Task Race(Action step)
    {
        var delay = tape.Next(64);
        return Task.Run(() =>
        {
            Thread.SpinWait(delay);
            step();
        });
    }
}
