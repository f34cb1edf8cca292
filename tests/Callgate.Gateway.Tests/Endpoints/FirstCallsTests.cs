using System.Text.Json;

namespace Callgate.Gateway.Tests.Endpoints;

public class FirstCallsTests
{
    public static TheoryData<string, string> Calls
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var model in (string[])["gpt", "claude"])
            {
                foreach (var stream in (string[])["", ""","stream":true"""])
                {
                    data.Add(
                        "/v1/chat/completions",
                        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]{{stream}}}"""
                    );
                    data.Add("/v1/completions", $$"""{"model":"{{model}}","prompt":"Hello"{{stream}}}""");
                    data.Add(
                        "/v1/messages",
                        $$"""{"model":"{{model}}","max_tokens":50,"messages":[{"role":"user","content":"Hello"}]{{stream}}}"""
                    );
                    data.Add("/v1/responses", $$"""{"model":"{{model}}","input":"Hello"{{stream}}}""");
                }
            }

            data.Add("/v1/embeddings", """{"model":"embed","input":["Hello"]}""");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task EachEndpoint_AnswersWithEveryModel_AndTellsOneEvent(string path, string json)
    {
        await using var gateway = await GatewayHost.StartAsync();

        var (status, body) = await gateway.SendAsync(path, json);

        TestContext.Current.TestOutputHelper!.WriteLine(body);
        Assert.Equal(200, status);
        var model = JsonDocument.Parse(json).RootElement.GetProperty("model").GetString();
        Assert.Contains($"\"model\":\"{model}\"", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.True(call.ResponseCost > 0);
        Assert.Equal(UsageSource.Reported, call.Usage.Source);
    }
}
