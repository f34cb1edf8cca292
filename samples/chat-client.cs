#:project ../src/Callgate.Extensions.AI/Callgate.Extensions.AI.csproj
#:project ../src/Callgate.Testing/Callgate.Testing.csproj
#:package Microsoft.Extensions.AI.OpenAI
#:property PublishAot=false

// Callgate around any IChatClient of Microsoft.Extensions.AI: here OpenAI's own, with Microsoft's function calling between the two.
using System.ClientModel;
using Callgate;
using Callgate.Testing;
using Microsoft.Extensions.AI;
using OpenAI;

// Without a key, a local server stands in for the provider.
var apiKey = Environment.GetEnvironmentVariable("OPENAI_API_KEY");
await using var provider = await FakeProvider.StartAsync();
var client = apiKey is null
    ? new OpenAIClient(
        new ApiKeyCredential("no-key"),
        new OpenAIClientOptions { Endpoint = new Uri(provider.OpenAiBase) }
    )
    : new OpenAIClient(apiKey);

using IChatClient chat = client
    .GetChatClient("gpt-5-mini")
    .AsIChatClient()
    .AsBuilder()
    .UseFunctionInvocation()
    .UseCallgate(c => c.OnSuccess(call => Console.WriteLine($"{call.Model} ${call.ResponseCost}")))
    .Build();

Console.WriteLine(await chat.GetResponseAsync("Hi", new ChatOptions().WithCallgate(tags: ["billing"])));
