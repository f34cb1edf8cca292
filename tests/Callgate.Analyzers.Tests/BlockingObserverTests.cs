namespace Callgate.Analyzers.Tests;

public sealed class BlockingObserverTests
{
    [Theory]
    [InlineData("[|Thread.Sleep(1)|];", "Thread.Sleep")]
    [InlineData("[|Task.Delay(1).Wait()|];", "Task.Wait")]
    [InlineData("[|Task.WaitAll(Task.Delay(1))|];", "Task.WaitAll")]
    [InlineData("_ = [|Task.FromResult(1).Result|];", "Task.Result")]
    [InlineData("_ = [|new ValueTask<int>(1).Result|];", "ValueTask.Result")]
    [InlineData("[|Task.Delay(1).GetAwaiter().GetResult()|];", "GetAwaiter().GetResult()")]
    [InlineData("_ = [|Task.FromResult(1).GetAwaiter().GetResult()|];", "GetAwaiter().GetResult()")]
    [InlineData("[|Task.Delay(1).ConfigureAwait(false).GetAwaiter().GetResult()|];", "GetAwaiter().GetResult()")]
    [InlineData("[|default(ValueTask).GetAwaiter().GetResult()|];", "GetAwaiter().GetResult()")]
    [InlineData("[|File.AppendAllText(\"log\", \"x\")|];", "File.AppendAllText")]
    [InlineData("_ = [|File.ReadAllLines(\"log\")|];", "File.ReadAllLines")]
    [InlineData("[|File.WriteAllBytes(\"log\", [])|];", "File.WriteAllBytes")]
    [InlineData("_ = [|new FileStream(\"log\", FileMode.Open).Read(new byte[1], 0, 1)|];", "FileStream.Read")]
    [InlineData(
        "using var file = File.OpenWrite(\"log\"); [|file.Write([1])|]; [|file.Flush()|];",
        "FileStream.Write",
        "FileStream.Flush"
    )]
    [InlineData("[|new NetworkStream(null!).Write([1])|];", "NetworkStream.Write")]
    [InlineData("_ = [|new HttpClient().Send(new HttpRequestMessage())|];", "HttpClient.Send")]
    [InlineData("_ = [|((System.Data.Common.DbCommand)null!).ExecuteNonQuery()|];", "DbCommand.ExecuteNonQuery")]
    [InlineData("_ = [|((System.Data.IDbCommand)null!).ExecuteScalar()|];", "IDbCommand.ExecuteScalar")]
    [InlineData("_ = [|new System.Net.WebClient().DownloadString(\"http://localhost\")|];", "WebClient.DownloadString")]
    public async Task A_blocking_call_in_a_sync_observer_is_reported(string statement, params string[] what)
    {
        var messages = await Snippet.Report<BlockingObserverAnalyzer>(Observer(statement));

        Assert.Equal(
            what.Select(w =>
                $"'{w}' blocks in the sync observer LogSuccessEvent, and with it a thread of the pool; override LogSuccessEventAsync instead and await"
            ),
            messages
        );
    }

    [Theory]
    [InlineData("Console.WriteLine(call.Model);")]
    [InlineData("_ = Task.Run(() => Thread.Sleep(1));")]
    [InlineData("_ = File.AppendAllTextAsync(\"log\", \"x\");")]
    [InlineData("new MemoryStream().Write([1]);")]
    [InlineData("_ = File.Exists(\"log\");")]
    [InlineData("_ = new Answer().Result; new Answer().Wait();")]
    public async Task What_does_not_block_is_left_alone(string statement) =>
        Assert.Empty(
            await Snippet.Report<BlockingObserverAnalyzer>(
                Observer(statement) + "public class Answer { public int Result => 1; public void Wait() { } }"
            )
        );

    [Theory]
    [InlineData("LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call)", "LogPreApiCall")]
    [InlineData(
        "LogPostApiCall(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime)",
        "LogPostApiCall"
    )]
    [InlineData(
        "LogStreamEvent(CallDetails call, LlmChunk chunk, DateTimeOffset startTime, DateTimeOffset endTime)",
        "LogStreamEvent"
    )]
    [InlineData(
        "LogFailureEvent(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime)",
        "LogFailureEvent"
    )]
    public async Task Every_sync_observer_is_looked_at(string declaration, string hook)
    {
        var messages = await Snippet.Report<BlockingObserverAnalyzer>(
            $$"""public class H : CustomLogger { public override void {{declaration}} => [|Thread.Sleep(1)|]; }"""
        );

        Assert.Contains($"in the sync observer {hook},", Assert.Single(messages), StringComparison.Ordinal);
        Assert.Contains($"override {hook}Async instead", Assert.Single(messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helper_that_only_an_observer_reaches_is_reported_once()
    {
        var messages = await Snippet.Report<BlockingObserverAnalyzer>(
            """
            public class H : CustomLogger
            {
                public override void LogSuccessEvent(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime) => Write(call);
                public override void LogFailureEvent(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime) => Write(call);
                public void Unrelated() => File.ReadAllText("log");
                private void Write(CallDetails call) => Append(call.Model);
                private static void Append(string line) => [|File.AppendAllText("log", line)|];
            }
            """
        );

        Assert.StartsWith(
            "'File.AppendAllText' blocks in the sync observer LogSuccessEvent,",
            Assert.Single(messages),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Async_observers_interceptors_and_other_classes_are_left_alone() =>
        Assert.Empty(
            await Snippet.Report<BlockingObserverAnalyzer>(
                """
                public class H : CustomLogger
                {
                    public override async ValueTask LogSuccessEventAsync(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime, CancellationToken cancellationToken) =>
                        await File.AppendAllTextAsync("log", call.Model, cancellationToken);
                    public override ValueTask<HookResult> PreCallDeploymentHookAsync(PreCallDeploymentContext context, CancellationToken cancellationToken)
                    {
                        Thread.Sleep(1);
                        return Continue;
                    }
                }

                public class NoHandler { public void LogSuccessEvent() => Thread.Sleep(1); }
                """
            )
        );

    private static string Observer(string statement) =>
        $$"""
            public class H : CustomLogger
            {
                public override void LogSuccessEvent(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime)
                {
                    {{statement}}
                }
            }

            """;
}
