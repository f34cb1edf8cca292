#:project ../src/Callgate/Callgate.csproj
#:property PublishAot=false

// A handler that throws harms neither the call nor the other handlers. It is reported once, by its name and its hook.
using Callgate;
using Callgate.Wire;

var model = args is [var given, ..] ? given : "mock/gpt-3.5-turbo";

Console.SetError(Console.Out); // Warnings go to standard error where no logging is set up; here, among the rest.

Llm.Callbacks = [new Clumsy(), new Careful()];

for (var i = 1; i <= 3; i++)
{
    var response = await Llm.CompleteAsync(model, [Message.User("Hi, how are you?")]);
    await Llm.FlushAsync();
    Console.WriteLine($"answer {i}: {response.Text}");
}

var counts = await Llm.FlushAsync();
Console.WriteLine($"{counts.Delivered} events seen, {counts.Failed} of them with a failure");

class Clumsy : CustomLogger
{
    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => throw new InvalidOperationException("The log file is full.");
}

class Careful : CustomLogger
{
    private int _calls;

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => _calls++;
}
