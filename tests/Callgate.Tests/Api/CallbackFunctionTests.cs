using System.Collections.Concurrent;
using Callgate.Tests.Callbacks;
using Callgate.Wire;

namespace Callgate.Tests.Api;

/// <summary>Functions of every form bind to the overload that waits for them; an async one never becomes a fire-and-forget <c>Action</c>.</summary>
public class CallbackFunctionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task HalfDoneAsync(TaskCompletionSource done) => done.Task;

    private static async ValueTask HalfDoneValueAsync(TaskCompletionSource done) => await done.Task;

    [Fact]
    public async Task Functions_AreWaitedFor()
    {
        foreach (var form in Enumerable.Range(0, 6))
        {
            var done = new TaskCompletionSource();
            await using var client = new LlmClient();
            switch (form)
            {
                case 0:
                    client.SuccessCallbacks.Add(async (call, response, start, end) => await done.Task);
                    break;
                case 1:
                    client.SuccessCallbacks.Add((call, response, start, end) => HalfDoneAsync(done));
                    break;
                case 2:
                    client.SuccessCallbacks.Add((call, response, start, end) => HalfDoneValueAsync(done));
                    break;
                case 3:
                    client.InputCallbacks.Add(async call => await done.Task);
                    break;
                case 4:
                    client.InputCallbacks.Add(call => HalfDoneAsync(done));
                    break;
                default:
                    client.InputCallbacks.Add(call => HalfDoneValueAsync(done));
                    break;
            }

            await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
            var counts = await client.FlushAsync(TimeSpan.Zero, Token);
            Assert.Equal((1, 1), (counts.Accepted, counts.Pending));
            done.SetResult();
            counts = await client.FlushPatientlyAsync();
            Assert.Equal((1, 0), (counts.Delivered, counts.Pending));
        }
    }

    [Fact]
    public async Task Exceptions_AreCaughtAndCounted()
    {
        var log = new CollectedLog();
        await using var client = new LlmClient(new LlmClientOptions { LoggerFactory = log });
        client.SuccessCallbacks.Add((_, _, _, _) => Fail());
        client.SuccessCallbacks.Add(
            async (_, _, _, _) =>
            {
                await Task.Yield();
                Fail();
            }
        );
        client.SuccessCallbacks.Add((_, _, _, _) => FailAsync());
        client.SuccessCallbacks.Add((_, _, _, _) => FailValueAsync());
        client.SuccessCallbacks.Add(Named);
        await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
        var counts = await client.FlushPatientlyAsync();

        Assert.Equal((5, 5), (counts.Delivered, counts.Failed));
        Assert.Contains(log.Warnings, w => w.Contains("Named failed", StringComparison.Ordinal));

        static void Fail() => throw new InvalidOperationException("No.");
        static async Task FailAsync()
        {
            await Task.Yield();
            Fail();
        }
        static async ValueTask FailValueAsync()
        {
            await Task.Yield();
            Fail();
        }
        static void Named(CallDetails call, LlmResponse? response, DateTimeOffset start, DateTimeOffset end) => Fail();
    }

    [Fact]
    public async Task SyncFunctions_SeeTheirEventOnly()
    {
        var seen = new ConcurrentQueue<string>();
        await using var client = new LlmClient(new LlmClientOptions { NumRetries = 0 });
        client.InputCallbacks.Add(call => seen.Enqueue("input"));
        client.SuccessCallbacks.Add((call, response, start, end) => seen.Enqueue("success"));
        client.FailureCallbacks.Add((call, response, start, end) => seen.Enqueue("failure"));
        await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
        await client.FlushPatientlyAsync();
        Assert.Equal(["input", "success"], seen.Order());

        seen.Clear();
        await Assert.ThrowsAsync<LlmServerException>(() =>
            client.CompleteAsync(
                "mock/gpt-4o",
                [Message.User("Hi")],
                new CallOptions { Mock = new MockOptions { ErrorStatus = 500 } },
                Token
            )
        );
        await client.FlushPatientlyAsync();
        Assert.Equal(["failure", "input"], seen.Order());
    }

    [Fact]
    public void CollectionExpressions_MakeLists()
    {
        var handler = new Both([]);
        CallbackList list = [handler, "console", new Both([])];
        Assert.Equal(3, list.Count);
        Assert.Equal([handler], list.Take(1).Select(c => c.Handler!));
        CallbackList more = [.. list, new Both([])];
        Assert.Equal(4, more.Count);
        Assert.Empty((CallbackList)[]);
    }

    [Theory]
    [InlineData("both", true, "sync")]
    [InlineData("both", false, "async")]
    [InlineData("sync", true, "sync")]
    [InlineData("sync", false, "sync")]
    [InlineData("async", true, "async")]
    [InlineData("async", false, "async")]
    public async Task Pairs_FireOneOfTheTwo(string overridden, bool isSync, string expected)
    {
        var seen = new ConcurrentQueue<string>();
        CustomLogger handler = overridden switch
        {
            "both" => new Both(seen),
            "sync" => new SyncOnly(seen),
            _ => new AsyncOnly(seen),
        };
        await using var client = new LlmClient(new LlmClientOptions { Callbacks = [handler], NumRetries = 0 });
        foreach (var status in (int?[])[null, 400])
        {
            var options = new CallOptions { Mock = new MockOptions { ErrorStatus = status } };
            try
            {
                if (isSync)
                {
                    client.Complete("mock/gpt-4o", [Message.User("Hi")], options, Token);
                }
                else
                {
                    await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], options, Token);
                }
            }
            catch (LlmBadRequestException) when (status is 400) { }
        }

        await client.FlushPatientlyAsync();
        Assert.Equal([$"{expected} success", $"{expected} failure"], seen);
    }

    private sealed class SyncOnly(ConcurrentQueue<string> seen) : CustomLogger
    {
        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => seen.Enqueue("sync success");

        public override void LogFailureEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => seen.Enqueue("sync failure");
    }

    private class AsyncOnly(ConcurrentQueue<string> seen) : CustomLogger
    {
        public override async ValueTask LogSuccessEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        )
        {
            await Task.Yield();
            seen.Enqueue("async success");
        }

        public override async ValueTask LogFailureEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        )
        {
            await Task.Yield();
            seen.Enqueue("async failure");
        }
    }

    private sealed class Both(ConcurrentQueue<string> seen) : AsyncOnly(seen)
    {
        private readonly ConcurrentQueue<string> _seen = seen;

        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => _seen.Enqueue("sync success");

        public override void LogFailureEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => _seen.Enqueue("sync failure");
    }
}
