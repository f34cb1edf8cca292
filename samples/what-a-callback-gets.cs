#:project ../src/Callgate/Callgate.csproj
#:property PublishAot=false

// Everything that a callback is told about a call, typed.
using System.Globalization;
using Callgate;
using Callgate.Wire;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var model = args is [var given, ..] ? given : "mock/gpt-3.5-turbo";

using var client = new LlmClient(new LlmClientOptions { Cache = new InMemoryCallCache() });
client.SuccessCallbacks.Add(
    (call, response, startTime, endTime) =>
    {
        Console.WriteLine($"Model                  {call.Model}");
        Console.WriteLine($"ModelGroup             {call.ModelGroup}");
        Console.WriteLine($"CustomLlmProvider      {call.CustomLlmProvider}");
        Console.WriteLine($"CallType               {call.CallType}");
        Console.WriteLine($"Stream                 {call.Stream}");
        Console.WriteLine($"User                   {call.User}");
        Console.WriteLine($"Messages               {string.Join("; ", call.Messages)}");
        Console.WriteLine($"OptionalParams         {string.Join(", ", call.OptionalParams.OrderBy(p => p.Key))}");
        Console.WriteLine($"LitellmParams.Metadata {string.Join(", ", call.LitellmParams.Metadata)}");
        Console.WriteLine($"Tags                   {string.Join(", ", call.Tags)}");
        Console.WriteLine($"Outcome                {call.Outcome}");
        Console.WriteLine($"CacheHit               {call.CacheHit}");
        Console.WriteLine($"Usage                  {call.Usage.PromptTokens} + {call.Usage.CompletionTokens} tokens");
        Console.WriteLine($"ResponseCost           ${call.ResponseCost} ({call.Cost?.Status})");
        Console.WriteLine($"Attempts               {string.Join("; ", call.Attempts)}");
        Console.WriteLine($"CompleteInput          {call.AdditionalArgs.CompleteInput}");
        Console.WriteLine($"OriginalResponse       {call.OriginalResponse?.Length ?? 0} characters");
        Console.WriteLine($"LitellmCallId          {call.LitellmCallId}");
        Console.WriteLine($"LitellmTraceId         {call.LitellmTraceId}");
        Console.WriteLine($"StartTime, EndTime     {call.StartTime == startTime}, {call.EndTime == endTime}");

        // Both print safely: no keys, and long content is cut.
        Console.WriteLine($"the call               {call}");
        Console.WriteLine($"the response           {response}");
        Console.WriteLine();
    }
);

var request = new ChatRequest
{
    Model = model,
    Messages = [Message.System("Be short."), Message.User("Hi, how are you?")],
    Temperature = 0.5,
    User = "user-7",
};
var options = new CallOptions
{
    Metadata = new Dictionary<string, object?> { ["project"] = "demo" },
    Tags = ["billing"],
};

await client.CompleteAsync(request, options);
await client.FlushAsync();

// The same request once more: the cache answers, the callback sees it, and it costs nothing.
await client.CompleteAsync(request, options);
await client.FlushAsync();
