using System.Net;
using System.Text.Json;
using Callgate.Gateway.Keys;

namespace Callgate.Gateway.Tests.Keys;

public sealed class KeyFieldsTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private KeyServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await KeyServer.StartAsync(_folder.File("callgate.db"));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task AGivenKey_IsTakenIfItIsGood()
    {
        const string Key = "sk-of-my-own-choice";
        Assert.Equal(Key, await _server.GenerateAsync($$"""{"key":"{{Key}}"}"""));
        Assert.Equal(KeyStatus.Found, _server.Ring.Find(Key).Status);

        await RefusedAsync(
            "/key/generate",
            $$"""{"key":"{{Key}}"}""",
            "key",
            "A key of this value exists already. Choose another."
        );
        await RefusedAsync("/key/generate", """{"key":"my-own-key-of-16-or-more"}""", "key", "must start with 'sk-'");
        await RefusedAsync("/key/generate", """{"key":"sk-1234"}""", "key", "at least 16 characters");
        await RefusedAsync("/key/generate", """{"key":"sk-with a space in it"}""", "key", "printable ASCII");
        await RefusedAsync(
            "/key/generate",
            $$"""{"key":"sk-{{new string('x', 300)}}"}""",
            "key",
            "longer than 256 characters"
        );
        await RefusedAsync("/key/generate", $$"""{"key":"{{KeyServer.MasterKey}}"}""", "key", "is the master key");
        await RefusedAsync("/key/generate", """{"key":17}""", "key", "'key' should be a string, but is a number.");
        Assert.Single(_server.Ring.Keys);
    }

    [Fact]
    public async Task EveryLimitThatIsntEnforced_IsRefused_AndNothingIsStored()
    {
        foreach (var name in KeyFieldNames.Unenforced)
        {
            await RefusedAsync(
                "/key/generate",
                $$"""{"{{name}}":1}""",
                name,
                $"'{name}' isn't enforced by this gateway yet"
            );
            await _server.GenerateAsync($$"""{"{{name}}":null}""");
            await _server.GenerateAsync($$"""{"{{name}}":[]}""");
        }

        var made = _server.Ring.Keys.Count();
        Assert.Equal(2 * KeyFieldNames.Unenforced.Count, made);
        foreach (var name in KeyFieldNames.UnenforcedInMetadata)
        {
            await RefusedAsync(
                "/key/generate",
                $$$"""{"metadata":{"{{{name}}}":{"a":1} }}""",
                $"metadata.{name}",
                "isn't enforced"
            );
        }

        await RefusedAsync("/key/generate", """{"max_budget":0}""", "max_budget", "isn't enforced");
        await RefusedAsync("/key/generate", """{"models":["all-team-models"]}""", "models", "all-team-models");
        await RefusedAsync("/key/generate", """{"key_type":"read_only"}""", "key_type", "'default' or 'llm_api'");
        Assert.Equal(made, _server.Ring.Keys.Count());
        var key = await _server.GenerateAsync();
        await RefusedAsync(
            "/key/update",
            $$"""{"key":"{{key}}","user_id":"u","rpm_limit":5}""",
            "rpm_limit",
            "isn't enforced"
        );
        Assert.Null(_server.Ring.Find(key).Key!.Record.UserId);
    }

    [Theory]
    [InlineData("""{"modles":["gpt-4o"]}""", "modles", "'modles' is no field of a key. Is 'models' meant?")]
    [InlineData("""{"max_budgets":1}""", "max_budgets", "Is 'max_budget' meant?")]
    [InlineData(
        """{"completely_different":1}""",
        "completely_different",
        "'completely_different' is no field of a key."
    )]
    [InlineData("""{"expires":"2027-01-01"}""", "expires", "send 'duration'")]
    [InlineData("""{"token":"abc"}""", "token", "'token' can't be set.")]
    [InlineData("""{"models":"gpt-4o"}""", "models", "'models' should be a list of strings, but is a string.")]
    [InlineData("""{"models":["a",null]}""", "models", "'models' should be a list of strings, but is null.")]
    [InlineData("""{"models":["a",""]}""", "models", "'models' holds an empty string.")]
    [InlineData("""{"models":["a",{}]}""", "models", "'models' should be a string, but is an object.")]
    [InlineData("""{"aliases":["a"]}""", "aliases", "'aliases' should be an object of strings, but is a list.")]
    [InlineData("""{"aliases":{"a":1}}""", "aliases.a", "'aliases.a' should be a string, but is a number.")]
    [InlineData("""{"aliases":{"a":null}}""", "aliases.a", "'aliases.a' names no model.")]
    [InlineData("""{"metadata":"x"}""", "metadata", "'metadata' should be an object, but is a string.")]
    [InlineData("""{"metadata":{"tags":"x"}}""", "metadata.tags", "'metadata.tags' should be a list of strings")]
    [InlineData("""{"tags":{"a":1}}""", "tags", "'tags' should be a list of strings, but is an object.")]
    [InlineData("""{"blocked":"yes"}""", "blocked", "'blocked' should be true or false, but is a string.")]
    [InlineData("""{"spend":"1"}""", "spend", "'spend' should be a number, but is a string.")]
    [InlineData("""{"spend":-1}""", "spend", "'spend' should be from 0 to 1000000000000 USD.")]
    [InlineData("""{"spend":1e400}""", "spend", "'spend' should be from 0 to")]
    [InlineData("""{"duration":"soon"}""", "duration", "'duration' is 'soon', but should be like 30s, 30m, 12h")]
    [InlineData("""{"duration":30}""", "duration", "'duration' should be a string, but is a number.")]
    [InlineData("""{"user_id":"a\u0000b"}""", "user_id", "'user_id' holds control characters.")]
    [InlineData("""{"key_alias":"\ud800"}""", null, "The body holds text that isn't Unicode.")]
    [InlineData("""{"metadata":{"a":{"b":"\ud800"}}}""", null, "The body holds text that isn't Unicode.")]
    [InlineData(
        """{"user_id":"a","user_id":"b"}""",
        null,
        "The body is no JSON that can be read: Duplicate property 'user_id'"
    )]
    [InlineData("""[1]""", null, "The body should be a JSON object.")]
    [InlineData("""{"models":[""", null, "The body is no JSON that can be read:")]
    public async Task AWrongField_IsNamed(string body, string? param, string message)
    {
        await RefusedAsync("/key/generate", body, param, message);
        Assert.Empty(_server.Ring.Keys);
    }

    [Fact]
    public async Task Bodies_AreBounded()
    {
        var tooLarge = await _server.PostAsync(
            "/key/generate",
            $$$"""{"metadata":{"a":"{{{new string('x', 300_000)}}}"}}""",
            HttpStatusCode.RequestEntityTooLarge
        );
        Assert.Equal(
            "The body is longer than 262144 bytes, which is the most that is read.",
            Error(tooLarge, "message")
        );
        using var chunked = new StreamContent(new MemoryStream(new byte[300_000]));
        var request = new HttpRequestMessage(HttpMethod.Post, "/key/generate") { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        await _server.SendAsync(request, HttpStatusCode.RequestEntityTooLarge, KeyServer.MasterKey);
        await RefusedAsync(
            "/key/generate",
            $$$"""{"metadata":{"a":"{{{new string('x', 100_000)}}}"}}""",
            "metadata",
            "larger than 65536 bytes"
        );
        await RefusedAsync(
            "/key/generate",
            $$$"""{"metadata":{"a":{{{new string('[', 50)}}}{{{new string(']', 50)}}} }""",
            null,
            "depth"
        );
        await RefusedAsync(
            "/key/generate",
            JsonSerializer.Serialize(new { models = Enumerable.Range(0, 1001).Select(i => $"m{i}") }),
            "models",
            "more than 1000 entries"
        );
        using var invalid = new ByteArrayContent([.. "{\"user_id\":\""u8, 0xFF, .. "\"}"u8]);
        var noUtf8 = await _server.SendAsync(
            new(HttpMethod.Post, "/key/generate") { Content = invalid },
            HttpStatusCode.BadRequest,
            KeyServer.MasterKey
        );
        Assert.Equal("The body isn't UTF-8.", Error(noUtf8, "message"));
    }

    private static string? Error(JsonElement body, string name) =>
        body.GetProperty("error").GetProperty(name).GetString();

    private async Task RefusedAsync(string path, string body, string? param, string message)
    {
        var refused = await _server.PostAsync(path, body, HttpStatusCode.BadRequest);
        Assert.Contains(message, Error(refused, "message"), StringComparison.Ordinal);
        Assert.Equal(
            ("bad_request_error", param, "400"),
            (Error(refused, "type"), Error(refused, "param"), Error(refused, "code"))
        );
    }
}
