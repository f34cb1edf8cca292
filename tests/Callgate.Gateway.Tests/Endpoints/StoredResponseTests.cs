using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>Responses that are kept: what comes of a store that fails, and of what belongs to the provider.</summary>
public class StoredResponseTests
{
    [Fact]
    public async Task StoreThatFails_LeavesAnswersAlone_AndIsToldToThoseWhoBuildOnIt()
    {
        await using var gateway = await GatewayHost.StartAsync();
        Break(gateway);

        var (status, body) = await gateway.SendAsync("/v1/responses", """{"model":"gpt","input":"Hello"}""");
        Assert.Equal(200, status);
        var (_, stream) = await gateway.SendAsync("/v1/responses", """{"model":"gpt","input":"Hello","stream":true}""");
        Assert.Contains("event: response.completed", stream, StringComparison.Ordinal);

        var id = JsonDocument.Parse(body).RootElement.GetProperty("id").GetString();
        using var read = await gateway.Http.GetAsync($"/v1/responses/{id}", TestContext.Current.CancellationToken);
        Assert.Equal(503, (int)read.StatusCode);
        (status, body) = await gateway.SendAsync(
            "/v1/responses",
            $$"""{"model":"gpt","input":"And?","previous_response_id":"{{id}}"}"""
        );

        Assert.Equal(503, status);
        Assert.Contains("store_unavailable", body, StringComparison.Ordinal);
        Assert.Single(await gateway.EndsAsync(), c => c.Outcome == CallOutcome.Rejected);
    }

    [Fact]
    public async Task Metadata_IsTheProviders_AndLitellmMetadataIsOurs()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var (_, body) = await gateway.SendAsync(
            "/v1/responses",
            """{"model":"claude","input":"Hello","metadata":{"tags":"theirs"},"litellm_metadata":{"tags":["ours"]}}"""
        );

        Assert.Contains("""metadata":{"tags":"theirs"}""", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(["ours"], call.Tags);
        Assert.DoesNotContain("metadata", Assert.Single(gateway.Provider.Requests).BodyText, StringComparison.Ordinal);
    }

    private static void Break(GatewayHost gateway)
    {
        var path = Path.ChangeExtension(gateway.Server.Options.DatabaseFile, ".responses.db");
        using var connection = new SqliteConnection($"Data Source={path};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DROP TABLE responses";
        command.ExecuteNonQuery();
    }
}
