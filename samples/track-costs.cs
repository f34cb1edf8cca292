#:project ../src/Callgate/Callgate.csproj
#:property PublishAot=false

// What each call costs, and what all of them cost.
using Callgate;
using Callgate.Wire;

string[] models = args.Length > 0 ? args : ["mock/gpt-3.5-turbo", "mock/gpt-4o", "mock/claude-sonnet-4-5"];

var total = 0m; // Callbacks of one function never run two at a time.
Llm.SuccessCallbacks.Add(
    (call, response, startTime, endTime) =>
    {
        total += call.ResponseCost ?? 0;
        Console.WriteLine(
            call.ResponseCost is { } cost
                ? $"Request cost: ${cost} ({call.Model})"
                : $"Request cost: unknown, as {call.Cost?.Reason} ({call.Model})"
        );
    }
);

foreach (var model in models)
{
    await Llm.CompleteAsync(model, [Message.User("Hi, how are you?")]);
}

await Llm.FlushAsync();
Console.WriteLine($"Total: ${total}");
