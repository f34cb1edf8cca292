using Callgate.Interop;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Callgate;

/// <summary>Callgate's callbacks around any chat client and any embedding generator.</summary>
public static class CallgateBuilderExtensions
{
    /// <summary>Spans and metrics for every call that goes through here, without callbacks.</summary>
    /// <param name="builder">The builder.</param>
    public static ChatClientBuilder UseCallgate(this ChatClientBuilder builder) => builder.UseCallgate(static _ => { });

    /// <summary>
    /// Lets callbacks see every call that goes through here: prompt, answer, tokens, cost, outcome. The calls stay what they were:
    /// the same answers, exceptions and cancellation. Disposing the built client flushes the callbacks, within <see cref="CallgateBuilder.FlushTimeout"/>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Adds the callbacks.</param>
    /// <remarks>
    /// Put it after <c>UseFunctionInvocation</c>, so that each round trip of a turn is a call of its own; they share a trace id.
    /// <see cref="CallgateOptionsExtensions.WithCallgate(ChatOptions, IReadOnlyList{string}, IReadOnlyDictionary{string, object}, string, string, bool)"/> gives a call tags and metadata.
    /// </remarks>
    /// <example>
    /// <code>
    /// IChatClient client = inner.AsBuilder()
    ///     .UseFunctionInvocation()
    ///     .UseCallgate(c => c.OnSuccess(call => Console.WriteLine($"{call.Model} ${call.ResponseCost}")))
    ///     .Build();
    /// </code>
    /// </example>
    public static ChatClientBuilder UseCallgate(this ChatClientBuilder builder, Action<CallgateBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Use(
            (inner, services) => new CallgateChatClient(inner, Observer.Make(configure, services), ownsObserver: true)
        );
    }

    /// <summary>Lets the callbacks of a client see every call that goes through here. The client stays the caller's to dispose.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="client">Its callbacks, prices and logging are used.</param>
    public static ChatClientBuilder UseCallgate(this ChatClientBuilder builder, LlmClient client)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(client);
        return builder.Use(inner => new CallgateChatClient(inner, client, ownsObserver: false));
    }

    /// <inheritdoc cref="UseCallgate(ChatClientBuilder)" />
    public static EmbeddingGeneratorBuilder<TInput, TEmbedding> UseCallgate<TInput, TEmbedding>(
        this EmbeddingGeneratorBuilder<TInput, TEmbedding> builder
    )
        where TEmbedding : Embedding => builder.UseCallgate(static _ => { });

    /// <inheritdoc cref="UseCallgate(ChatClientBuilder, Action{CallgateBuilder})" />
    public static EmbeddingGeneratorBuilder<TInput, TEmbedding> UseCallgate<TInput, TEmbedding>(
        this EmbeddingGeneratorBuilder<TInput, TEmbedding> builder,
        Action<CallgateBuilder> configure
    )
        where TEmbedding : Embedding
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Use(
            (inner, services) =>
                new CallgateEmbeddingGenerator<TInput, TEmbedding>(
                    inner,
                    Observer.Make(configure, services),
                    ownsObserver: true
                )
        );
    }

    /// <inheritdoc cref="UseCallgate(ChatClientBuilder, LlmClient)" />
    public static EmbeddingGeneratorBuilder<TInput, TEmbedding> UseCallgate<TInput, TEmbedding>(
        this EmbeddingGeneratorBuilder<TInput, TEmbedding> builder,
        LlmClient client
    )
        where TEmbedding : Embedding
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(client);
        return builder.Use(inner => new CallgateEmbeddingGenerator<TInput, TEmbedding>(
            inner,
            client,
            ownsObserver: false
        ));
    }
}
