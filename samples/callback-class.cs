#:project ../src/Callgate/Callgate.csproj
#:property PublishAot=false

// A callback class sees every call, whichever way it is made.
using Callgate;
using Callgate.Wire;

var model = args is [var given, ..] ? given : "mock/gpt-3.5-turbo";
var embeddingModel = args is [_, var second, ..] ? second : "mock/text-embedding-3-small";

Llm.Callbacks = [new MyCustomHandler()];

Message[] messages = [Message.User("Hi, how are you?")];

Console.WriteLine("Complete");
Llm.Complete(model, messages);
Llm.Flush(); // Callbacks run beside the program: this waits for them, so that the lines below come in order.

Console.WriteLine("CompleteAsync");
await Llm.CompleteAsync(model, messages);
await Llm.FlushAsync();

Console.WriteLine("CompleteStreaming");
var text = "";
foreach (var chunk in Llm.CompleteStreaming(model, messages))
{
    text += chunk.Text;
}

Llm.Flush();
Console.WriteLine($"  {text}");

Console.WriteLine("CompleteStreamingAsync");
text = "";
await foreach (var chunk in Llm.CompleteStreamingAsync(model, messages))
{
    text += chunk.Text;
}

await Llm.FlushAsync();
Console.WriteLine($"  {text}");

Console.WriteLine("Embed");
Llm.Embed(embeddingModel, ["Good morning"]);
Llm.Flush();

Console.WriteLine("EmbedAsync");
await Llm.EmbedAsync(embeddingModel, ["Good morning"]);
await Llm.FlushAsync();

Console.WriteLine("Complete, with a provider that fails");
try
{
    Llm.Complete(model, messages, new CallOptions { Mock = new MockOptions { ErrorStatus = 400 } });
}
catch (LlmBadRequestException)
{
    Llm.Flush();
}

class MyCustomHandler : CustomLogger
{
    public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) =>
        Console.WriteLine($"  before the call: {model}");

    public override void LogPostApiCall(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Console.WriteLine("  the provider answered");

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Console.WriteLine($"  success, sync: {call.Usage.TotalTokens} tokens, ${call.ResponseCost}");

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Console.WriteLine($"  failure, sync: {call.Exception?.GetType().Name}");

    public override async ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => await Console.Out.WriteLineAsync($"  success, async: {call.Usage.TotalTokens} tokens, ${call.ResponseCost}");

    public override async ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => await Console.Out.WriteLineAsync($"  failure, async: {call.Exception?.GetType().Name}");
}
