using Callgate;
using Callgate.ExitProgram;
using Callgate.Wire;

// Makes one call and ends in the way that the first argument names. The second is the file that events go to; without
// it there is no client and no call: the same end, as it is without Callgate.
var (way, file) = (args[0], args.ElementAtOrDefault(1));
if (way.StartsWith("sig", StringComparison.Ordinal))
{
    Signals.Reset();
}

LlmClient? client = null;
if (file is not null)
{
    // Ample: that the program waits for its events is to be seen, not how soon a busy machine delivers them.
    client = new LlmClient(new LlmClientOptions { FlushTimeout = TimeSpan.FromMinutes(1) });
    var begun = new TaskCompletionSource();
    client.InputCallbacks.Add(_ => begun.SetResult());
    client.Callbacks.Add(new FileObserver(file));
    IReadOnlyList<Message> messages = [Message.User("Good bye.")];
    if (way.Contains("open-call", StringComparison.Ordinal))
    {
        // Answered long after the program has ended.
        var mock = new MockOptions { Delay = TimeSpan.FromDays(1) };
        _ = client.CompleteAsync("mock/gpt-4o", messages, new CallOptions { Mock = mock });
        await begun.Task;
    }
    else if (way.Contains("open-stream", StringComparison.Ordinal))
    {
        // Read once, never again, and never disposed.
        var mock = new MockOptions { Response = "one two three four", ChunkSize = 4 };
        var stream = client.CompleteStreamingAsync("mock/gpt-4o", messages, new CallOptions { Mock = mock });
        await stream.GetAsyncEnumerator().MoveNextAsync();
    }
    else
    {
        await client.CompleteAsync("mock/gpt-4o", messages);
    }
}

var code = End(way.Split('+')[0]);

// An unreachable client may be collected: that must not be what this program tests.
GC.KeepAlive(client);
return code;

static int End(string way)
{
    switch (way)
    {
        case "return":
            return 3;
        case "exit":
            Environment.Exit(4);
            return 0;
        case "throw":
            throw new InvalidOperationException("Nobody catches this.");
        case "throw-in-background":
            var thread = new Thread(() => throw new InvalidOperationException("Nobody catches this."));
            thread.Start();
            Signals.WaitForEver();
            return 0;
        default:
            Signals.Raise(way);
            Signals.WaitForEver();
            return 0;
    }
}
