#:project ../src/Callgate/Callgate.csproj
#:property PublishAot=false

// Plain functions in place of a class: before each attempt, after a success, after a failure. Sync or async.
using Callgate;
using Callgate.Wire;

var model = args is [var given, ..] ? given : "mock/gpt-3.5-turbo";

Llm.InputCallbacks.Add(call => Console.WriteLine($"input: {call.Messages.Count} message(s) for {call.Model}"));
Llm.InputCallbacks.Add(async call => await Console.Out.WriteLineAsync($"input, async: to {call.CustomLlmProvider}"));

Llm.SuccessCallbacks.Add((call, response, startTime, endTime) => Console.WriteLine($"success: {response?.Text}"));

// An async lambda needs no cast.
Llm.SuccessCallbacks.Add(
    async (call, response, startTime, endTime) =>
        await Console.Out.WriteLineAsync($"success, async: {call.Usage.TotalTokens} tokens")
);

// A function with a name will do, too; warnings about it then show its name.
Llm.FailureCallbacks.Add(TellFailure);

Message[] messages = [Message.User("Hi, how are you?")];

await Llm.CompleteAsync(model, messages);

try
{
    Llm.Complete(model, messages, new CallOptions { Mock = new MockOptions { ErrorStatus = 401 } });
}
catch (LlmAuthenticationException exception)
{
    Console.WriteLine($"the caller gets: {exception.GetType().Name}");
}

await Llm.FlushAsync(); // Functions run beside the program: this waits for them.

static void TellFailure(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime) =>
    Console.WriteLine($"failure: {call.Outcome}, {call.Exception?.GetType().Name}");
