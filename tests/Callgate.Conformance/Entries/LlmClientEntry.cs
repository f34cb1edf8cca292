using System.Reflection;
using Callgate.Wire;

namespace Callgate.Conformance.Entries;

/// <summary>The client itself. Its operations are its public methods that take <see cref="CallOptions"/>.</summary>
internal sealed class LlmClientEntry : IEntry
{
    public static LlmClientEntry Instance { get; } = new();

    public string Name => nameof(LlmClient);

    public bool IsObserver => false;

    public IReadOnlyList<Operation> Operations { get; } =
    [
        .. typeof(LlmClient)
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.GetParameters().Any(p => p.ParameterType == typeof(CallOptions)))
            .Select(OperationOf),
    ];

    public string? WhyNot(Scenario scenario, Operation operation) => null;

    public string? WhyNever(string hook) => null;

    public Facts Adapt(Facts facts, Cell cell) => facts;

    /// <summary>Makes the operation's call with another client.</summary>
    public static IAsyncEnumerator<object> Open(Operation operation, LlmClient client, Stage stage) =>
        Open(MethodOf(operation), client, stage);

    private static MethodInfo MethodOf(Operation operation) =>
        typeof(LlmClient).GetMethods().First(m => NameOf(m) == operation.Name);

    private static Operation OperationOf(MethodInfo method)
    {
        var (shape, isSync) = method.ReturnType switch
        {
            var t when t == typeof(ChatCompletion) => (Shape.ChatUnary, true),
            var t when t == typeof(Task<ChatCompletion>) => (Shape.ChatUnary, false),
            var t when t == typeof(IEnumerable<ChatChunk>) => (Shape.ChatStream, true),
            var t when t == typeof(IAsyncEnumerable<ChatChunk>) => (Shape.ChatStream, false),
            var t when t == typeof(EmbeddingResponse) => (Shape.Embedding, true),
            var t when t == typeof(Task<EmbeddingResponse>) => (Shape.Embedding, false),
            var t => throw new NotSupportedException(
                $"LlmClient.{method.Name} returns {t}: add its shape to the matrix, and what follows from it."
            ),
        };
        return new Operation(NameOf(method), shape, isSync, stage => Open(method, stage.Client, stage));
    }

    private static string NameOf(MethodInfo method) =>
        $"{method.Name}({method.GetParameters().FirstOrDefault()?.ParameterType.Name})";

    private static IAsyncEnumerator<object> Open(MethodInfo method, LlmClient client, Stage stage)
    {
        object?[] arguments = [.. method.GetParameters().Select(p => ArgumentOf(p.ParameterType, stage))];
        object Call() => method.Invoke(client, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

        var type = method.ReturnType;
        if (type == typeof(Task<ChatCompletion>))
        {
            return new Once(async () => await (Task<ChatCompletion>)Call());
        }

        if (type == typeof(Task<EmbeddingResponse>))
        {
            return new Once(async () => await (Task<EmbeddingResponse>)Call());
        }

        return type.IsAssignableTo(typeof(LlmResponse)) ? new Once(() => OnThread.RunAsync(Call))
            : type == typeof(IEnumerable<ChatChunk>) ? new OnThread(((IEnumerable<ChatChunk>)Call()).GetEnumerator())
            : ((IAsyncEnumerable<ChatChunk>)Call()).GetAsyncEnumerator();
    }

    private static object? ArgumentOf(Type type, Stage stage)
    {
        var scenario = stage.Cell.Scenario;
        Message[] messages = scenario.IsRequestEmpty ? [] : [new Message { Role = "user", Content = "Hi" }];
        string[] input = scenario.IsRequestEmpty ? [] : ["Hi"];
        return type switch
        {
            _ when type == typeof(string) => stage.Model,
            _ when type == typeof(IReadOnlyList<Message>) => messages,
            _ when type == typeof(IReadOnlyList<string>) => input,
            _ when type == typeof(ChatRequest) => new ChatRequest { Model = stage.Model, Messages = messages },
            _ when type == typeof(EmbeddingRequest) => new EmbeddingRequest { Model = stage.Model, Input = input },
            _ when type == typeof(CallOptions) => scenario.Options,
            _ when type == typeof(CancellationToken) => stage.Caller.Token,
            _ => throw new NotSupportedException($"The matrix has no {type} to call a method with."),
        };
    }
}
