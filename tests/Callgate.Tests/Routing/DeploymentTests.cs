namespace Callgate.Tests.Routing;

public class DeploymentTests
{
    private static string IdOf(string apiBase) =>
        new Deployment
        {
            ModelName = "gpt",
            Model = "openai/gpt-4o",
            ApiBase = apiBase,
        }.Id;

    [Fact]
    public void An_id_by_default_tells_two_addresses_apart_and_no_secret_of_them()
    {
        Assert.Equal("gpt:openai/gpt-4o@https://one.test/v1", IdOf("https://one.test/v1"));
        Assert.Equal("gpt:openai/gpt-4o@https://one.test/v1", IdOf("https://zoe:swordfish@one.test/v1"));
        Assert.DoesNotContain("swordfish", IdOf("https://one.test/v1?key=swordfish"), StringComparison.Ordinal);
        Assert.NotEqual(IdOf("https://one.test/v1?key=swordfish"), IdOf("https://one.test/v1?key=tuna"));
    }
}
