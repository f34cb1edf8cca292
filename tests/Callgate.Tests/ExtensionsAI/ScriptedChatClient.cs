using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Callgate.Tests.ExtensionsAI;

/// <summary>A chat client in memory: answers what it is told, and keeps what it was given.</summary>
internal sealed class ScriptedChatClient(string? model = "gpt-4o") : IChatClient
{
    public Func<IReadOnlyList<ChatMessage>, ChatResponse> Answer { get; set; } =
        _ => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hi."))
        {
            ResponseId = "r1",
            ModelId = "gpt-4o-2024-08-06",
            FinishReason = ChatFinishReason.Stop,
            Usage = new UsageDetails { InputTokenCount = 1000, OutputTokenCount = 100 },
        };

    /// <summary>Runs before each answer, and before each update.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    public List<(IEnumerable<ChatMessage> Messages, ChatOptions? Options, CancellationToken Token)> Calls { get; } = [];
    public int Disposed { get; private set; }
    public int StreamsEnded { get; private set; }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Calls.Add((messages, options, cancellationToken));
        await Before(cancellationToken);
        return Answer([.. messages]);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        Calls.Add((messages, options, cancellationToken));
        try
        {
            foreach (var update in Answer([.. messages]).ToChatResponseUpdates())
            {
                await Before(cancellationToken);
                yield return update;
            }
        }
        finally
        {
            StreamsEnded++;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata)
            ? new ChatClientMetadata("openai", new Uri("https://api.openai.com/v1"), model)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose() => Disposed++;
}
