#:project ../src/Callgate/Callgate.csproj
#:property PublishAot=false

// Plain functions in place of a class: before each attempt, after a success, after a failure. Sync or async.
using Callgate;
using Callgate.Wire;

var model = args is [var given, ..] ? given : "mock/gpt-3.5-turbo";

Llm.InputCallbacks.Add(call => Console.WriteLine($"input:   {call.Model}, {call.Messages.Count} message(s)"));

Llm.SuccessCallbacks.Add(
    (call, response, startTime, endTime) => Console.WriteLine($"success: {response?.Text}")
);

// An async lambda needs no cast.
Llm.SuccessCallbacks.Add(
    async (call, response, startTime, endTime) =>
    {
        await Task.Yield();
        Console.WriteLine($"success: {call.Usage.TotalTokens} tokens, told by an async function");
    }
);

// So does a function with a name, which warnings about it then show.
Llm.FailureCallbacks.Add(TellFailure);

Message[] messages = [Message.User("Hi, how are you?")];

Llm.InputCallbacks.Add(async call => await Console.Out.WriteLineAsync($"input:   to {call.CustomLlmProvider}"));

await Llm.CompleteAsync(model, messages);
await Llm.FlushAsync();

try
{
    Llm.Complete(model, messages, new CallOptions { Mock = new MockOptions { ErrorStatus = 401 } });
}
catch (LlmAuthenticationException exception)
{
    await Llm.FlushAsync();
    Console.WriteLine($"caller:  {exception.GetType().Name}");
}

static void TellFailure(
    CallDetails call,
    LlmResponse? response,
    DateTimeOffset startTime,
    DateTimeOffset endTime
) => Console.WriteLine($"failure: {call.Outcome}, {call.Exception?.GetType().Name}");
