using System.ClientModel;
using System.ClientModel.Primitives;
using System.Reflection;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Callgate.Conformance.Entries;

/// <summary><c>UseCallgate</c> around OpenAI's own SDK. Its operations are the methods of Microsoft.Extensions.AI's two contracts.</summary>
internal sealed class UseCallgateEntry : IEntry
{
    public string Name => "UseCallgate";

    public bool IsObserver => true;

    public IReadOnlyList<Operation> Operations { get; } =
    [
        .. new[] { typeof(IChatClient), typeof(IEmbeddingGenerator<string, Embedding<float>>) }
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(m => m.Name != nameof(IChatClient.GetService))
            .Select(OperationOf),
    ];

    public string? WhyNot(Scenario scenario, Operation operation) =>
        Observing.WhyNot(scenario)
        ?? (
            scenario is { Trouble: Trouble.TimeRunsOut, TroubleAfter: > 0 }
                ? "the SDK's limit on a stream's pauses runs by the system's clock"
            : scenario.Name == "failed: cut short" ? "the SDK takes what came for a whole answer"
            : null
        );

    public string? WhyNever(string hook) =>
        hook is nameof(CustomLogger.LogPostApiCall) or nameof(CustomLogger.LogPostApiCallAsync)
            ? "observed only: the raw reply is the inner client's; a CallgateHandler below it sees it"
            : Observing.WhyNever(hook);

    // The HTTP status is the SDK's, and a stream that broke before its first update looks like one that was refused.
    public Facts Adapt(Facts facts, Cell cell) =>
        facts.Cost == CostStatus.Free || facts is { Cost: CostStatus.Estimated, ProviderChunks: 0 }
            ? facts with
            {
                Cost = CostStatus.Unpriced,
                Usage = UsageSource.None,
            }
            : Observing.Adapt(facts);

    private static Operation OperationOf(MethodInfo method) =>
        method.Name switch
        {
            nameof(IChatClient.GetResponseAsync) => new(
                method.Name,
                Shape.ChatUnary,
                false,
                s => new Once(async () => await ChatOf(s).GetResponseAsync("Hi", OptionsOf(s), s.Caller.Token))
            ),
            nameof(IChatClient.GetStreamingResponseAsync) => new(
                method.Name,
                Shape.ChatStream,
                false,
                s => ChatOf(s).GetStreamingResponseAsync("Hi", OptionsOf(s), s.Caller.Token).GetAsyncEnumerator()
            ),
            nameof(IEmbeddingGenerator<,>.GenerateAsync) => new(
                method.Name,
                Shape.Embedding,
                false,
                s => new Once(async () =>
                    await EmbedderOf(s)
                        .GenerateAsync(
                            ["Hi"],
                            new EmbeddingGenerationOptions().WithCallgate(s.Cell.Scenario.Options),
                            s.Caller.Token
                        )
                )
            ),
            var name => throw new NotSupportedException($"{name} is new: add it to the matrix."),
        };

    private static ChatOptions OptionsOf(Stage stage) => new ChatOptions().WithCallgate(stage.Cell.Scenario.Options);

    private static IChatClient ChatOf(Stage stage) =>
        SdkOf(stage)
            .GetChatClient(Observing.ModelOf(stage))
            .AsIChatClient()
            .AsBuilder()
            .UseCallgate(stage.Client)
            .Build();

    private static IEmbeddingGenerator<string, Embedding<float>> EmbedderOf(Stage stage) =>
        SdkOf(stage)
            .GetEmbeddingClient(Observing.ModelOf(stage))
            .AsIEmbeddingGenerator()
            .AsBuilder()
            .UseCallgate(stage.Client)
            .Build();

    private static OpenAIClient SdkOf(Stage stage) =>
        new(
            new ApiKeyCredential("sk-conformance"),
            new OpenAIClientOptions
            {
                Endpoint = new Uri(stage.Provider.OpenAiBase),
                RetryPolicy = new ClientRetryPolicy(0),
                Transport = new HttpClientPipelineTransport(
                    new HttpClient(new TimeLimit(stage)) { Timeout = Timeout.InfiniteTimeSpan }
                ),
            }
        );

    /// <summary>What <see cref="HttpClient.Timeout"/> does, by the stage's clock.</summary>
    private sealed class TimeLimit(Stage stage) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            using var limit = new CancellationTokenSource(stage.Options.Timeout, stage.Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                return await base.SendAsync(request, either.Token);
            }
            catch (OperationCanceledException cancelled) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TaskCanceledException("The time is over.", new TimeoutException("", cancelled), limit.Token);
            }
        }
    }
}
