#:project ../src/Callgate/Callgate.csproj
#:property PublishAot=false

// Reports each call to a service over HTTP. Neither a slow service nor one that is down slows or breaks a call.
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate;
using Callgate.Wire;

var model = args is [var given, ..] ? given : "mock/gpt-3.5-turbo";

using var service = new LocalService();
using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }); // The service is on this machine.

Llm.SuccessCallbacks.Add(
    async (call, response, startTime, endTime) =>
    {
        var report = new JsonObject
        {
            ["model"] = call.Model,
            ["cost"] = call.ResponseCost,
            ["duration"] = (endTime - startTime).TotalSeconds,
        };
        using var answer = await http.PostAsync(service.Url, JsonContent.Create(report));
        answer.EnsureSuccessStatusCode();
    }
);

// The service takes no request until it is told to, and yet the call comes back.
var response = await Llm.CompleteAsync(model, [Message.User("Hi, how are you?")]);
Console.WriteLine($"answer: {response.Text}");

var received = await service.ReceiveAsync();
Console.WriteLine(
    $"report: model {received["model"]}, cost {received["cost"]}, with a duration: {(double)received["duration"]! > 0}"
);

// The service fails. The call doesn't; a warning on standard error tells about it, once.
var receiving = service.ReceiveAsync(status: "500 Internal Server Error");
response = await Llm.CompleteAsync(model, [Message.User("And now?")]);
Console.WriteLine($"answer: {response.Text}");
await receiving;

var counts = await Llm.FlushAsync();
Console.WriteLine($"reports: {counts.Delivered} made, {counts.Failed} of them failed, {counts.Pending} pending");

/// <summary>Stands for a service of yours: takes one report at a time, when it is asked to.</summary>
sealed class LocalService : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public LocalService() => _listener.Start();

    public Uri Url => new($"http://{_listener.LocalEndpoint}/calls");

    public async Task<JsonNode> ReceiveAsync(string status = "204 No Content")
    {
        using var client = await _listener.AcceptTcpClientAsync();
        using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        var (length, isChunked) = (0, false);
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(header["Content-Length:".Length..]);
            }

            isChunked |= header.StartsWith("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        }

        var body = new char[isChunked ? Convert.ToInt32(await reader.ReadLineAsync(), 16) : length];
        await reader.ReadBlockAsync(body);
        if (isChunked)
        {
            await reader.ReadLineAsync();
            await reader.ReadLineAsync();
            await reader.ReadLineAsync();
        }

        await stream.WriteAsync(
            System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        );
        return JsonNode.Parse(new string(body))!;
    }

    public void Dispose() => _listener.Dispose();
}
