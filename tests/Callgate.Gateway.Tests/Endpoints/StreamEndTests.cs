namespace Callgate.Gateway.Tests.Endpoints;

public class StreamEndTests
{
    [Theory]
    [InlineData("gpt", "/v1/chat/completions", """ "messages":[{"role":"user","content":"Hello"}]""", "data: [DONE]")]
    [InlineData(
        "claude",
        "/v1/chat/completions",
        """ "messages":[{"role":"user","content":"Hello"}]""",
        "data: [DONE]"
    )]
    [InlineData("gpt", "/v1/completions", """ "prompt":"Hello" """, "data: [DONE]")]
    [InlineData("claude", "/v1/completions", """ "prompt":"Hello" """, "data: [DONE]")]
    [InlineData(
        "gpt",
        "/v1/messages",
        """ "max_tokens":50,"messages":[{"role":"user","content":"Hello"}]""",
        """data: {"type":"message_stop"}"""
    )]
    [InlineData(
        "claude",
        "/v1/messages",
        """ "max_tokens":50,"messages":[{"role":"user","content":"Hello"}]""",
        """data: {"type":"message_stop"}"""
    )]
    public async Task AWholeStream_EndsWithItsMark_AlsoWhereItIsTranslated(
        string model,
        string path,
        string fields,
        string mark
    )
    {
        await using var gateway = await GatewayHost.StartAsync();

        var (_, body) = await gateway.SendAsync(path, $$"""{"model":"{{model}}",{{fields.Trim()}},"stream":true}""");

        Assert.EndsWith($"{mark}\n\n", body, StringComparison.Ordinal);
    }
}
