using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Callgate.Conformance.Entries;

/// <summary>The handler below any HTTP client. Its operations are the methods that an <see cref="HttpClient"/> calls, for each endpoint.</summary>
internal sealed class HandlerEntry : IEntry
{
    public string Name => nameof(CallgateHandler);

    public bool IsObserver => true;

    public IReadOnlyList<Operation> Operations { get; } =
    [
        .. from method in typeof(CallgateHandler).GetMethods(
            BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly
        )
        where method.GetBaseDefinition().DeclaringType == typeof(HttpMessageHandler) && method.Name != "Dispose"
        from shape in Enum.GetValues<Shape>()
        select OperationOf(method, shape),
    ];

    public string? WhyNot(Scenario scenario, Operation operation) =>
        Observing.WhyNot(scenario)
        ?? scenario switch
        {
            { Trouble: Trouble.Cancelled or Trouble.TimeRunsOut, TroubleAfter: > 0 } when operation.IsSync =>
                "a blocking read can't be cancelled: its caller disposes the reply, which is aborted",
            { Trouble: Trouble.LeftUnread } => "the handler ends a forgotten stream by its finalizer, not by the clock",
            _ => null,
        };

    public string? WhyNever(string hook) => Observing.WhyNever(hook);

    public Facts Adapt(Facts facts, Cell cell) => Observing.Adapt(facts);

    private static Operation OperationOf(MethodInfo method, Shape shape)
    {
        var isSync = method.Name switch
        {
            "Send" => true,
            "SendAsync" => false,
            var name => throw new NotSupportedException($"CallgateHandler.{name} is new: add it to the matrix."),
        };
        return new Operation(
            $"{method.Name} {PathOf(shape)}{(shape == Shape.ChatStream ? ", streamed" : "")}",
            shape,
            isSync,
            stage => Open(stage, shape, isSync)
        );
    }

    private static IAsyncEnumerator<object> Open(Stage stage, Shape shape, bool isSync)
    {
        var exchange = new HttpExchange(stage, shape);
        return (shape, isSync) switch
        {
            (Shape.ChatStream, true) => new OnThread(exchange.Stream().GetEnumerator()),
            (Shape.ChatStream, false) => exchange.StreamAsync().GetAsyncEnumerator(),
            (_, true) => new Once(() => OnThread.RunAsync(exchange.Answer)),
            _ => new Once(exchange.AnswerAsync),
        };
    }

    private static string PathOf(Shape shape) => shape == Shape.Embedding ? "embeddings" : "chat/completions";

    /// <summary>What an SDK does, by hand.</summary>
    private sealed class HttpExchange(Stage stage, Shape shape)
    {
        public object Answer()
        {
            using var http = NewClient();
            using var cancellation = NewCancellation();
            using var reply = http.Send(NewRequest(), cancellation.Token);
            using var body = new StreamReader(reply.EnsureSuccessStatusCode().Content.ReadAsStream(cancellation.Token));
            return Parse(body.ReadToEnd());
        }

        public async Task<object> AnswerAsync()
        {
            using var http = NewClient();
            using var cancellation = NewCancellation();
            using var reply = await http.SendAsync(NewRequest(), cancellation.Token);
            return Parse(await reply.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation.Token));
        }

        public IEnumerable<object> Stream()
        {
            using var http = NewClient();
            using var cancellation = NewCancellation();
            using var reply = http.Send(NewRequest(), HttpCompletionOption.ResponseHeadersRead, cancellation.Token);
            using var stream = reply.EnsureSuccessStatusCode().Content.ReadAsStream(cancellation.Token);
            using var body = new StreamReader(stream);
            while (body.ReadLine() is { } line)
            {
                if (IsChunk(line))
                {
                    yield return line;
                }
            }
        }

        public async IAsyncEnumerable<object> StreamAsync()
        {
            using var http = NewClient();
            using var cancellation = NewCancellation();
            using var reply = await http.SendAsync(
                NewRequest(),
                HttpCompletionOption.ResponseHeadersRead,
                cancellation.Token
            );
            using var body = new StreamReader(
                await reply.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation.Token)
            );
            while (await body.ReadLineAsync(cancellation.Token) is { } line)
            {
                if (IsChunk(line))
                {
                    yield return line;
                }
            }
        }

        private static bool IsChunk(string line) => line.StartsWith("data: {", StringComparison.Ordinal);

        private static object Parse(string json) => JsonElement.Parse(json);

        private HttpClient NewClient() =>
            new(new CallgateHandler(stage.Client, new SocketsHttpHandler()) { CallerTimeout = stage.Options.Timeout })
            {
                Timeout = Timeout.InfiniteTimeSpan,
            };

        // An SDK's own time limit comes as a cancellation, as its user's does.
        private CancellationTokenSource NewCancellation()
        {
            var limit = new CancellationTokenSource(stage.Options.Timeout, stage.Clock);
            return CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stage.Caller.Token);
        }

        private HttpRequestMessage NewRequest()
        {
            var model = Observing.ModelOf(stage);
            var body = shape switch
            {
                Shape.Embedding => $$"""{"model":"{{model}}","input":["Hi"]}""",
                Shape.ChatStream =>
                    $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}],"stream_options":{"include_usage":true},"stream":true}""",
                _ => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}]}""",
            };
            return new HttpRequestMessage(HttpMethod.Post, $"{stage.Provider.OpenAiBase}/{PathOf(shape)}")
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            }.SetCallgate(stage.Cell.Scenario.Options);
        }
    }
}
