using System.Text;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>Whom a request names as its end user, and where callbacks find that.</summary>
public class EndUserTests
{
    [Theory]
    [InlineData("", "", null)]
    [InlineData("", "\"user\":\"zoe\"", "zoe")]
    [InlineData("", "\"user\":\"zoe\",\"metadata\":{\"user_id\":\"of metadata\"}", "zoe")]
    [InlineData("", "\"litellm_metadata\":{\"user\":\"lee\"},\"metadata\":{\"user_id\":\"of metadata\"}", "lee")]
    [InlineData("", "\"metadata\":{\"user_id\":\"of metadata\"}", "of metadata")]
    [InlineData("", "\"metadata\":{\"user_id\":12}", "12")]
    [InlineData("", "\"safety_identifier\":\"hash\"", "hash")]
    [InlineData("x-litellm-end-user-id", "\"user\":\"zoe\"", "of the header")]
    [InlineData("x-litellm-customer-id", "\"user\":\"zoe\"", "of the header")]
    public async Task TheFirstThatIsThere_IsInTheKeyAndTheEvent(string header, string fields, string? endUser)
    {
        var seen = new KeyRecorder();
        await using var gateway = await GatewayHost.StartAsync(callbacks: seen);
        using var client = gateway.NewClient(GatewayHost.MasterKey);
        if (header.Length > 0)
        {
            client.DefaultRequestHeaders.Add(header, "of the header");
        }

        var body = new StringBuilder("""{"model":"gpt","messages":[{"role":"user","content":"Hi"}]""");
        body.Append(fields.Length > 0 ? "," : "").Append(fields).Append('}');
        var (status, answer) = await gateway.SendAsync("/v1/chat/completions", body.ToString(), client);

        Assert.True(status == 200, answer);
        Assert.Equal(endUser, seen.Key!.EndUserId);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(endUser, call.LitellmParams.Metadata["user_api_key_end_user_id"]);
        Assert.Equal("/v1/chat/completions", call.LitellmParams.Metadata["user_api_key_request_route"]);
        Assert.Equal(endUser, call.StandardLoggingPayload.EndUser);
    }

    private sealed class KeyRecorder : CustomLogger
    {
        public UserApiKey? Key { get; private set; }

        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        )
        {
            Key = context.UserApiKey;
            return Continue;
        }
    }
}
