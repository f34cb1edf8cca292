using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Callgate.Gateway.Tests.Configuration;
using Callgate.Testing;
using Callgate.Tests;
using CsCheck;

namespace Callgate.Gateway.Tests.Hostile;

/// <summary>Whatever comes, the gateway says what is wrong with it, and is as it was afterwards.</summary>
public class FuzzTests
{
    private const long MostLeft = 32L << 20;

    private static readonly string Config = GatewayHost
        .Models()
        .Replace(
            "litellm_settings:",
            """
              - model_name: mock/*
                litellm_params: {model: mock/*}
            litellm_settings:
            """,
            StringComparison.Ordinal
        );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnyRequest_IsAnsweredOrRefused_AndTheGatewayIsAsItWas()
    {
        await using var gateway = await GatewayHost.StartAsync(Config, o => o.MaxRequestBodyBytes = 64 * 1024);
        gateway.Provider.RecordRequests = false;
        gateway.Provider.Respond = Good;
        var key = await gateway.NewKeyAsync();
        var seeds = HostileParts.Seeds(key);
        var connections = new ConcurrentBag<RawConnection>();
        var count = 0;
        // Whatever is kept once, is kept after these.
        await FuzzAsync(200);
        var before = await MemoryAsync(gateway);

        await FuzzAsync(ConfigFolder.Rounds(6000));

        foreach (var connection in connections)
        {
            connection.Dispose();
        }

        while (gateway.Client.Runtime.OpenCalls.Count > 0)
        {
            await Task.Delay(5, Token);
        }

        var after = await MemoryAsync(gateway);
        Assert.True(after - before < MostLeft, $"{before:N0} bytes before, {after:N0} after.");
        foreach (var ask in Ask.All)
        {
            var (status, body) = await gateway.SendAsync(ask.Path(ask.Model), ask.Body(ask.Model));
            Assert.True(status == 200, $"{ask}: {status} {body}");
        }

        Task FuzzAsync(int rounds) =>
            Tape.Gen(40)
                .Select(choices => HostileRequest.From(new Tape(choices), seeds, GatewayHost.MasterKey))
                .SampleAsync(
                    async request =>
                    {
                        await TryAsync(gateway, connections, request);
                        if (Interlocked.Increment(ref count) % 200 == 0)
                        {
                            gateway.Events.Clear();
                        }
                    },
                    iter: rounds,
                    threads: 4
                );
    }

    private static async Task TryAsync(
        GatewayHost gateway,
        ConcurrentBag<RawConnection> connections,
        HostileRequest request
    )
    {
        if (!request.IsFramed)
        {
            using var own = await RawConnection.OpenAsync(gateway.Address);
            try
            {
                await own.SendAsync(request.Bytes);
                own.EndSending();
            }
            catch (SocketException)
            {
                // It is closed already, and its reply is still to be read.
            }

            AssertGood(request, await own.ReadToEndAsync());
            return;
        }

        var connection = connections.TryTake(out var kept) ? kept : await RawConnection.OpenAsync(gateway.Address);
        RawReply? reply = null;
        try
        {
            await connection.SendAsync(request.Bytes);
            reply = await connection.ReadReplyAsync();
        }
        catch (SocketException)
        {
            // Closed while more was coming.
        }

        if (reply is null && kept is not null)
        {
            // The server has closed a connection that idled; a new one tells.
            kept.Dispose();
            await TryAsync(gateway, [], request);
            return;
        }

        if (reply is { Closes: false })
        {
            connections.Add(connection);
        }
        else
        {
            connection.Dispose();
        }

        if (reply is not null)
        {
            Assert.True(
                reply.Status is >= 200 and < 300 or >= 400 and < 500,
                $"{reply.Status} {reply.Text}\n{request}"
            );
            AssertUninjected(request, reply.Head);
        }
    }

    private static void AssertGood(HostileRequest request, string all)
    {
        var statuses = all.Split("HTTP/1.1 ").Skip(1).Select(r => r[..3]).ToList();
        // 505 is the web server's own word, for another version of HTTP.
        Assert.True(statuses.TrueForAll(s => s[0] is '1' or '2' or '4' || s == "505"), $"{all}\n{request}");
        AssertUninjected(request, all.Split("\r\n\r\n")[0]);
    }

    private static void AssertUninjected(HostileRequest request, string head) =>
        Assert.True(RawConnection.HeaderOf(head, "X-Injected") is null, $"{head}\n{request}");

    /// <summary>What is still held when nobody calls, and the events have been seen.</summary>
    private static async Task<long> MemoryAsync(GatewayHost gateway)
    {
        await gateway.EndsAsync();
        gateway.Events.Clear();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>A provider that is content with everything, so that what fails is ours.</summary>
    private static FakeReply Good(RecordedRequest request)
    {
        using var json = JsonDocument.Parse(request.Body);
        var isStream = json.RootElement.TryGetProperty("stream", out var s) && s.ValueKind == JsonValueKind.True;
        return (request.Path, isStream) switch
        {
            ("/v1/embeddings", _) => FakeReply.Json(
                """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"model":"e","usage":{"prompt_tokens":1,"total_tokens":1}}"""
            ),
            ("/v1/messages", false) => FakeReply.Json(
                """{"id":"msg","type":"message","role":"assistant","model":"claude","content":[{"type":"text","text":"Yes"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}"""
            ),
            ("/v1/messages", true) => FakeReply.Sse(
                """
                event: message_start
                data: {"type":"message_start","message":{"id":"msg","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Yes"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}

                event: message_stop
                data: {"type":"message_stop"}


                """
            ),
            (_, false) => FakeReply.Json(
                """{"id":"1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"""
            ),
            _ => FakeReply.Sse(
                """
                data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":"Yes"},"finish_reason":"stop"}]}

                data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

                data: [DONE]


                """
            ),
        };
    }
}
