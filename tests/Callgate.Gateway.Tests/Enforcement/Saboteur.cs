using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.Enforcement;

/// <summary>A handler of one interceptor, which goes wrong in the calls whose cell says so, and leaves all others alone.</summary>
internal sealed class Saboteur(Hooks hook, OnHookFailure onFailure, IReadOnlyDictionary<string, Cell> cells)
    : CustomLogger,
        IHookSource
{
    public const string Words = "Refused by the matrix.";

    private readonly ConcurrentDictionary<string, int> _turns = new();

    public Hooks Hooks => hook;

    public override ValueTask<HookResult> PreCallHookAsync(
        PreCallContext context,
        CancellationToken cancellationToken
    ) => Act(context, OtherThan(context.Data), cancellationToken, OtherAnswerThan(context.Data));

    public override ValueTask<HookResult> PreRequestHookAsync(
        PreRequestContext context,
        CancellationToken cancellationToken
    ) => Act(context, OtherThan(context.Data), cancellationToken);

    public override ValueTask<HookResult> GetChatCompletionPromptAsync(
        PromptContext context,
        CancellationToken cancellationToken
    ) => Act(context, OtherThan(context.Request), cancellationToken);

    public override ValueTask<HookResult> ModerationHookAsync(
        ModerationContext context,
        CancellationToken cancellationToken
    ) => Act(context, Replace(context.Data), cancellationToken);

    public override ValueTask<HookResult> PreCallCheckAsync(
        PreCallCheckContext context,
        CancellationToken cancellationToken
    ) => Act(context, Replace(new ChatCompletion()), cancellationToken);

    public override ValueTask<HookResult> PreCallDeploymentHookAsync(
        PreCallDeploymentContext context,
        CancellationToken cancellationToken
    ) => Act(context, OtherThan(context.Request), cancellationToken);

    public override ValueTask<HookResult> PostCallSuccessDeploymentHookAsync(
        PostCallSuccessDeploymentContext context,
        CancellationToken cancellationToken
    ) => Act(context, Replace(OtherAnswerThan(context.Request)), cancellationToken);

    public override ValueTask<HookResult> PostCallStreamingDeploymentHookAsync(
        PostCallStreamingDeploymentContext context,
        CancellationToken cancellationToken
    ) => Act(context, Replace(context.Request), cancellationToken);

    public override ValueTask<HookResult> PostCallSuccessHookAsync(
        PostCallContext context,
        CancellationToken cancellationToken
    ) => Act(context, Replace(OtherAnswerThan(context.Data)), cancellationToken);

    public override ValueTask<HookResult> PostCallStreamingHookAsync(
        StreamChunkContext context,
        CancellationToken cancellationToken
    ) => Act(context, Replace(context.Data), cancellationToken);

    public override ValueTask<HookResult> PostCallFailureHookAsync(
        PostCallFailureContext context,
        CancellationToken cancellationToken
    ) => Act(context, Replace(context.Data), cancellationToken);

    public override async ValueTask PostCallFailureDeploymentHookAsync(
        PostCallFailureDeploymentContext context,
        CancellationToken cancellationToken
    ) => await Act(context, Continue, cancellationToken);

    public override ValueTask<IReadOnlyList<Deployment>> FilterDeploymentsAsync(
        FilterDeploymentsContext context,
        CancellationToken cancellationToken
    ) =>
        Turn(context) switch
        {
            null => new(context.HealthyDeployments),
            Sabotage.GivesNull => new((IReadOnlyList<Deployment>)null!),
            Sabotage.GivesAnotherType => new([new Deployment { ModelName = "mine", Model = "openai/mine" }]),
            var sabotage => GoWrong<IReadOnlyList<Deployment>>(sabotage.Value, cancellationToken),
        };

    public override ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
        ResponseHeadersContext context,
        CancellationToken cancellationToken
    ) =>
        Turn(context) switch
        {
            null => default,
            Sabotage.GivesAnotherType => new(new BrokenHeaders()),
            var sabotage => GoWrong<IReadOnlyDictionary<string, string>?>(sabotage.Value, cancellationToken),
        };

    public override IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(
        StreamContext context,
        IAsyncEnumerable<LlmChunk> chunks,
        CancellationToken cancellationToken
    ) =>
        CellOf(context) is not { } cell ? chunks
        : cell is { At: 1, Sabotage: Sabotage.GivesNull } ? null!
        : cell is { At: 1, Sabotage: Sabotage.Throws } ? throw new InvalidOperationException("sabotage")
        : SpoilAsync(cell, chunks, cancellationToken);

    private static async IAsyncEnumerable<LlmChunk> SpoilAsync(
        Cell cell,
        IAsyncEnumerable<LlmChunk> chunks,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var seen = 0;
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            if (++seen == cell.At)
            {
                yield return cell.Sabotage is Sabotage.GivesNull or Sabotage.GivesAnotherType
                    ? null!
                    : await GoWrong<LlmChunk>(cell.Sabotage, cancellationToken);
            }

            yield return chunk;
        }
    }

    private ValueTask<HookResult> Act(
        HookContext context,
        HookResult another,
        CancellationToken cancellationToken,
        LlmResponse? answer = null
    ) =>
        Turn(context) switch
        {
            null => Continue,
            Sabotage.Refuses => Reject(403, Words),
            Sabotage.GivesNull => Replace((LlmRequest)null!),
            Sabotage.GivesAnotherType => another,
            Sabotage.GivesAnAnswer => Answer(answer ?? new ChatCompletion()),
            var sabotage => GoWrong<HookResult>(sabotage.Value, cancellationToken),
        };

    private static ValueTask<T> GoWrong<T>(Sabotage sabotage, CancellationToken cancellationToken)
    {
        return sabotage switch
        {
            Sabotage.Throws => throw new InvalidOperationException("sabotage"),
            Sabotage.Refuses => throw new RejectException(403, Words),
            Sabotage.Cancels => throw new OperationCanceledException("sabotage"),
            _ => LaterAsync(),
        };

        async ValueTask<T> LaterAsync()
        {
            await Task.Yield();
            if (sabotage is Sabotage.Hangs or Sabotage.HangsUntilCancelled)
            {
                await Task.Delay(
                    Timeout.InfiniteTimeSpan,
                    sabotage == Sabotage.Hangs ? CancellationToken.None : cancellationToken
                );
            }

            throw new InvalidOperationException("sabotage");
        }
    }

    private Cell? CellOf(HookContext context) =>
        context.Metadata.TryGetValue("client_call_id", out var id)
        && cells.TryGetValue((string)id!, out var cell)
        && cell.OnFailure == onFailure
            ? cell
            : null;

    /// <summary>What is to be done now; null: nothing.</summary>
    private Sabotage? Turn(HookContext context) =>
        CellOf(context) is { } cell && _turns.AddOrUpdate(cell.Id, 1, (_, turns) => turns + 1) == cell.At
            ? cell.Sabotage
            : null;

    private static HookResult OtherThan(LlmRequest request) =>
        request is ChatRequest
            ? Replace(new EmbeddingRequest { Model = "gpt", Input = ["Hello"] })
            : Replace(new ChatRequest { Model = "gpt", Messages = [Message.User("Hello")] });

    private static LlmResponse OtherAnswerThan(LlmRequest request) =>
        request is ChatRequest ? new EmbeddingResponse() : new ChatCompletion();

    /// <summary>Headers that fail when they are read.</summary>
    private sealed class BrokenHeaders : IReadOnlyDictionary<string, string>
    {
        private static InvalidOperationException Broken => new("sabotage");

        public string this[string key] => throw Broken;
        public IEnumerable<string> Keys => throw Broken;
        public IEnumerable<string> Values => throw Broken;
        public int Count => throw Broken;

        public bool ContainsKey(string key) => throw Broken;

        public bool TryGetValue(string key, out string value) => throw Broken;

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => throw Broken;

        IEnumerator IEnumerable.GetEnumerator() => throw Broken;
    }
}
