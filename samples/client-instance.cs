#:project ../src/Callgate/Callgate.csproj
#:package Microsoft.Extensions.DependencyInjection
#:property PublishAot=false

// A client of one's own: its own callbacks, keys and lifetime, made by hand or by a service container.
using Callgate;
using Callgate.Wire;
using Microsoft.Extensions.DependencyInjection;

var model = args is [var given, ..] ? given : "mock/gpt-3.5-turbo";
Message[] messages = [Message.User("Hi, how are you?")];

var options = new LlmClientOptions { Callbacks = [new CostHandler("by hand")], NumRetries = 1 };
using (var client = new LlmClient(options))
{
    await client.CompleteAsync(model, messages);
} // Disposing waits for the callbacks.

var services = new ServiceCollection();
services.AddSingleton<CustomLogger>(new CostHandler("by the container"));
services.AddCallgate(o => o.Timeout = TimeSpan.FromMinutes(1));

// The container makes one client, hands it to whoever asks, and disposes it when the program ends.
await using (var provider = services.BuildServiceProvider())
{
    var client = provider.GetRequiredService<LlmClient>();
    await client.CompleteAsync(model, messages);
}

class CostHandler(string name) : CustomLogger
{
    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Console.WriteLine($"Client made {name}: {call.Model} ${call.ResponseCost}");
}
