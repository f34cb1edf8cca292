using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Bench;

/// <summary>A provider that costs as little as possible: it answers fixed bytes, in a process of its own.</summary>
internal sealed class BenchServer : IDisposable
{
    public const int ChunksPerStream = 200;
    private const string Command = "serve";

    private static readonly byte[] s_completion =
        """
        {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion","created":1741569952,"model":"gpt-4o-2024-08-06","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! How can I assist you today? I can answer questions, write and review code, or help you think something through.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":27,"total_tokens":46,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_fc9f1d7035"}
        """u8.ToArray();

    private static readonly byte[] s_stream = MakeStream();

    private readonly Process _process;

    private BenchServer(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Ends in <c>/v1</c>.</summary>
    public string Address { get; }

    public static bool IsServeCommand(string[] args) => args is [Command];

    public static async Task<BenchServer> StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(BenchServer).Assembly.Location);
        }

        start.ArgumentList.Add(Command);
        var process = Process.Start(start)!;
        var address =
            await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The server did not start.");
        return new BenchServer(process, address + "/v1");
    }

    /// <summary>Runs until the parent closes standard input, so that it never outlives it.</summary>
    public static async Task ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/v1/chat/completions", AnswerAsync);
        await app.StartAsync();
        Console.WriteLine(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        );
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var body = new byte[context.Request.ContentLength ?? 64 * 1024];
        var length = 0;
        while (length < body.Length && await context.Request.Body.ReadAsync(body.AsMemory(length)) is > 0 and var read)
        {
            length += read;
        }

        var isStream = body.AsSpan(0, length).IndexOf("\"stream\":true"u8) >= 0;
        context.Response.ContentType = isStream ? "text/event-stream" : "application/json";
        context.Response.ContentLength = isStream ? null : s_completion.Length;
        await context.Response.Body.WriteAsync(isStream ? s_stream : s_completion);
    }

    private static byte[] MakeStream()
    {
        var stream = new StringBuilder();
        void Event(string delta, string finish, string usage) =>
            stream.Append(
                CultureInfo.InvariantCulture,
                $"data: {{\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\",\"created\":1741570283,\"model\":\"gpt-4o-2024-08-06\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_fc9f1d7035\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}],\"usage\":{usage}}}\n\n"
            );
        Event("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null", "null");
        for (var i = 0; i < ChunksPerStream; i++)
        {
            Event("{\"content\":\" token\"}", "null", "null");
        }

        Event("{}", "\"stop\"", "null");
        stream.Append(
            "data: {\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\",\"created\":1741570283,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":200,\"total_tokens\":219,\"prompt_tokens_details\":{\"cached_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0}}}\n\ndata: [DONE]\n\n"
        );
        return Encoding.UTF8.GetBytes(stream.ToString());
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
