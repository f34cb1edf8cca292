#:project ../src/Callgate/Callgate.csproj
#:property PublishAot=false

// The exact body that goes to the provider. A provider with a format of its own gets something else than the caller wrote.
using Callgate;
using Callgate.Wire;

string[] models = args.Length > 0 ? args : ["mock/gpt-3.5-turbo", "mock/claude-2"];

Llm.InputCallbacks.Add(call => Console.WriteLine($"{call.CustomLlmProvider}: {call.AdditionalArgs.CompleteInput}"));

foreach (var model in models)
{
    await Llm.CompleteAsync(model, [Message.System("Be short."), Message.User("Hi, how are you?")]);
}

await Llm.FlushAsync();
