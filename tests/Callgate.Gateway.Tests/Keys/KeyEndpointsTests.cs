using System.Net;
using System.Text;
using System.Text.Json;
using Callgate.Gateway.Keys;
using Microsoft.Data.Sqlite;

namespace Callgate.Gateway.Tests.Keys;

public sealed class KeyEndpointsTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private KeyServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string DatabasePath => _folder.File("callgate.db");

    public async ValueTask InitializeAsync() => _server = await KeyServer.StartAsync(DatabasePath);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Generate_AnswersAsLiteLlmDoes_AndShowsTheKeyOnce()
    {
        var made = await _server.PostAsync(
            "/key/generate",
            """
            {"models":["gpt-4o","openai/*"],"aliases":{"mistral-7b":"mixtral-8x7b"},"duration":"20m","key_alias":"build",
             "metadata":{"user":"zoe@example.com"},"tags":["ci"],"user_id":"u1","team_id":"t1","key_type":"llm_api",
             "max_budget":null,"tpm_limit":null,"permissions":{},"guardrails":[],"auto_rotate":false,"spend":0.5}
            """
        );

        var key = made.GetProperty("key").GetString()!;
        Assert.Matches("^sk-[A-Za-z0-9_-]{32}$", key);
        var token = made.GetProperty("token").GetString()!;
        Assert.Equal(
            $$"""
            {"key":"{{key}}","token_id":"{{token}}","token":"{{token}}","key_name":"sk-...{{key[
                ^4..
            ]}}","key_alias":"build","spend":0.5,"expires":"2026-01-02T03:24:05.000Z","models":["gpt-4o","openai/*"],"aliases":{"mistral-7b":"mixtral-8x7b"},"user_id":"u1","team_id":"t1","organization_id":null,"metadata":{"user":"zoe@example.com","tags":["ci"]},"tags":["ci"],"blocked":false,"max_budget":null,"soft_budget":null,"budget_duration":null,"budget_reset_at":null,"tpm_limit":null,"rpm_limit":null,"max_parallel_requests":null,"created_at":"2026-01-02T03:04:05.000Z","created_by":"default_user_id","updated_at":"2026-01-02T03:04:05.000Z","updated_by":"default_user_id"}
            """,
            made.GetRawText()
        );

        Assert.Equal(KeyStatus.Found, _server.Ring.Find(key).Status);
        var info = await _server.GetAsync($"/key/info?key={token}");
        Assert.Equal(token, info.GetProperty("key").GetString());
        Assert.Equal("build", info.GetProperty("info").GetProperty("key_alias").GetString());
        Assert.DoesNotContain(key, info.GetRawText(), StringComparison.Ordinal);
        await _server.DisposeAsync();
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            Assert.Equal(
                -1,
                (await File.ReadAllBytesAsync(file, Token)).AsSpan().IndexOf(Encoding.ASCII.GetBytes(key))
            );
        }
    }

    [Fact]
    public async Task Keys_SurviveARestart()
    {
        var key = await _server.GenerateAsync("""{"key_alias":"build","models":["gpt-4o"],"duration":"1h"}""");
        _server.Ring.AddSpend(_server.Ring.Find(key).Key!, 0.125m);
        await _server.DisposeAsync();
        _server = await KeyServer.StartAsync(DatabasePath);

        var info = (await _server.GetAsync("/key/info", key: key)).GetProperty("info");
        Assert.Equal("build", info.GetProperty("key_alias").GetString());
        Assert.Equal(0.125m, info.GetProperty("spend").GetDecimal());
        Assert.Equal("2026-01-02T04:04:05.000Z", info.GetProperty("expires").GetString());
        _server.Time.Advance(TimeSpan.FromHours(1));
        var expired = await _server.GetAsync("/key/info", HttpStatusCode.Unauthorized, key);
        Assert.Equal("expired_key", Error(expired, "type"));
    }

    [Fact]
    public async Task Update_ChangesWhatIsThere_AndLeavesTheRest()
    {
        var key = await _server.GenerateAsync(
            """{"key_alias":"a","models":["gpt-4o"],"duration":"1h","metadata":{"x":1},"tags":["t"],"user_id":"u1"}"""
        );
        var token = _server.Ring.Find(key).Key!.Token!;
        _server.Ring.AddSpend(_server.Ring.Find(key).Key!, 2m);
        _server.Time.Advance(TimeSpan.FromMinutes(30));

        var updated = await _server.PostAsync("/key/update", $$"""{"key":"{{key}}","models":["o3"],"tags":["new"]}""");
        Assert.Equal(token, updated.GetProperty("key").GetString());
        Assert.Equal("""["o3"]""", updated.GetProperty("models").GetRawText());
        Assert.Equal("""{"x":1,"tags":["new"]}""", updated.GetProperty("metadata").GetRawText());
        Assert.Equal(
            ("a", "u1", 2m),
            (Text(updated, "key_alias"), Text(updated, "user_id"), updated.GetProperty("spend").GetDecimal())
        );
        Assert.Equal(
            ("2026-01-02T04:04:05.000Z", "2026-01-02T03:34:05.000Z"),
            (Text(updated, "expires"), Text(updated, "updated_at"))
        );
        Assert.True(_server.Ring.Find(key).Key!.IsModelAllowed("o3"));
        Assert.False(_server.Ring.Find(key).Key!.IsModelAllowed("gpt-4o"));

        var cleared = await _server.PostAsync(
            "/key/update",
            $$"""{"key":"{{token}}","key_alias":null,"models":[],"duration":"-1","metadata":{},"spend":0}"""
        );
        Assert.Equal(
            (null, null, 0m),
            (Text(cleared, "key_alias"), Text(cleared, "expires"), cleared.GetProperty("spend").GetDecimal())
        );
        Assert.Equal("{}", cleared.GetProperty("metadata").GetRawText());
        Assert.Equal("u1", Text(cleared, "user_id"));

        await _server.GenerateAsync("""{"key_alias":"taken"}""");
        await RefusedAsync(
            "/key/update",
            $$"""{"key":"{{key}}","key_alias":"taken"}""",
            "key_alias",
            "Key with alias 'taken' already exists."
        );
        await RefusedAsync(
            "/key/generate",
            """{"key_alias":"taken"}""",
            "key_alias",
            "Key with alias 'taken' already exists."
        );
        await RefusedAsync("/key/update", """{"models":[]}""", "key", "'key' is missing");
        var unknown = await _server.PostAsync(
            "/key/update",
            """{"key":"sk-unknown-unknown"}""",
            HttpStatusCode.NotFound
        );
        Assert.Equal(("not_found_error", "404"), (Error(unknown, "type"), Error(unknown, "code")));
        Assert.DoesNotContain("sk-unknown", unknown.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Block_HoldsAtOnce_UntilUnblock()
    {
        var key = await _server.GenerateAsync();

        var blocked = await _server.PostAsync("/key/block", $$"""{"key":"{{key}}"}""");
        Assert.True(blocked.GetProperty("blocked").GetBoolean());
        var refused = await _server.GetAsync("/key/info", HttpStatusCode.Unauthorized, key);
        Assert.Equal(("auth_error", "401"), (Error(refused, "type"), Error(refused, "code")));
        Assert.Contains("Key is blocked", Error(refused, "message"), StringComparison.Ordinal);

        await _server.PostAsync("/key/unblock", $$"""{"key":"{{blocked.GetProperty("token").GetString()}}"}""");
        await _server.GetAsync("/key/info", key: key);
        await RefusedAsync(
            "/key/block",
            $$"""{"key":"{{key}}","until":"noon"}""",
            "until",
            "'until' isn't known here: only 'key'."
        );
        await _server.PostAsync("/key/block", """{"key":"sk-unknown-unknown"}""", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delete_TakesKeysHashesAndAliases_AllOrNone()
    {
        var one = await _server.GenerateAsync("""{"key_alias":"one"}""");
        var two = await _server.GenerateAsync();
        var three = await _server.GenerateAsync("""{"key_alias":"three"}""");
        var four = await _server.GenerateAsync();
        var twoHash = _server.Ring.Find(two).Key!.Token!;

        var none = await _server.PostAsync(
            "/key/delete",
            $$"""{"keys":["{{one}}","sk-unknown-unknown"],"key_aliases":["three","nobody"]}""",
            HttpStatusCode.NotFound
        );
        Assert.Contains("Nothing was deleted", Error(none, "message"), StringComparison.Ordinal);
        Assert.Contains("nobody", Error(none, "message"), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-unknown", none.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(4, _server.Ring.Keys.Count());

        var deleted = await _server.PostAsync(
            "/key/delete",
            $$"""{"keys":["{{one}}","{{twoHash}}"],"key_aliases":["three"]}"""
        );
        Assert.Equal(3, deleted.GetProperty("deleted_keys").GetArrayLength());
        Assert.Contains(deleted.GetProperty("deleted_keys").EnumerateArray(), k => k.GetString() == twoHash);
        Assert.All(new[] { one, two, three }, k => Assert.Equal(KeyStatus.Unknown, _server.Ring.Find(k).Status));
        Assert.Equal(KeyStatus.Found, _server.Ring.Find(four).Status);
        await RefusedAsync("/key/delete", "{}", "keys", "Name what to delete");
        await RefusedAsync("/key/delete", """{"keys":"sk-1"}""", "keys", "should be a list of strings");
        await RefusedAsync("/key/delete", """{"key_alias":["a"]}""", "key_alias", "only 'keys' and 'key_aliases'");
    }

    [Fact]
    public async Task List_IsPaged_NewestFirst_AndFiltered()
    {
        for (var i = 0; i < 12; i++)
        {
            _server.Time.Advance(TimeSpan.FromSeconds(1));
            await _server.GenerateAsync($$"""{"key_alias":"k{{i}}","user_id":"u{{i % 2}}","team_id":"t{{i % 3}}"}""");
        }

        var first = await _server.GetAsync("/key/list");
        Assert.Equal((10, 12, 1, 2), Page(first));
        Assert.Equal(
            _server.Ring.Keys.Single(k => k.Record.KeyAlias == "k11").Token,
            first.GetProperty("keys")[0].GetString()
        );
        var last = await _server.GetAsync("/key/list?page=3&size=5&return_full_object=true&include_team_keys=true");
        Assert.Equal((2, 12, 3, 3), Page(last));
        Assert.Equal(["k1", "k0"], last.GetProperty("keys").EnumerateArray().Select(k => Text(k, "key_alias")));
        Assert.Equal((0, 12, 2147483647, 1), Page(await _server.GetAsync("/key/list?page=2147483647&size=100")));
        Assert.Equal((6, 6, 1, 1), Page(await _server.GetAsync("/key/list?user_id=u1")));
        Assert.Equal((2, 2, 1, 1), Page(await _server.GetAsync("/key/list?user_id=u1&team_id=t0")));
        Assert.Equal((1, 1, 1, 1), Page(await _server.GetAsync("/key/list?key_alias=k7")));
        Assert.Equal((0, 0, 1, 0), Page(await _server.GetAsync("/key/list?user_id=nobody")));

        Assert.Equal(
            "'size' should be a number from 1 to 100.",
            Error(await _server.GetAsync("/key/list?size=0", HttpStatusCode.BadRequest), "message")
        );
        Assert.Equal("page", Error(await _server.GetAsync("/key/list?page=-1", HttpStatusCode.BadRequest), "param"));
        Assert.Contains(
            "'userid' isn't known here",
            Error(await _server.GetAsync("/key/list?userid=u1", HttpStatusCode.BadRequest), "message"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task OnlyTheMasterKey_Administers_ButAKeyMayReadAboutItself()
    {
        var key = await _server.GenerateAsync("""{"key_alias":"mine"}""");
        var other = await _server.GenerateAsync();
        var token = _server.Ring.Find(key).Key!.Token;

        Assert.Equal("mine", Text((await _server.GetAsync("/key/info", key: key)).GetProperty("info"), "key_alias"));
        await _server.GetAsync($"/key/info?key={key}", key: key);
        await _server.GetAsync($"/key/info?key={token}", key: key);
        await _server.GetAsync($"/key/info?key={other}", HttpStatusCode.Forbidden, key);
        await _server.GetAsync($"/key/info?key=sk-unknown", HttpStatusCode.Forbidden, key);
        await _server.GetAsync($"/key/info?key={other}");
        await _server.GetAsync("/key/info?key=sk-unknown", HttpStatusCode.NotFound);
        await _server.GetAsync("/key/info", HttpStatusCode.BadRequest);
        await _server.GetAsync($"/key/info?key={KeyServer.MasterKey}", HttpStatusCode.NotFound);

        foreach (var path in new[] { "/key/generate", "/key/update", "/key/delete", "/key/block", "/key/unblock" })
        {
            // The key is looked at before the body, which is no JSON.
            var refused = await _server.PostAsync(path, "not json", HttpStatusCode.Forbidden, key);
            Assert.Equal($"Only the master key may do this. Route={path}", Error(refused, "message"));
            var unknown = await _server.PostAsync(path, "not json", HttpStatusCode.Unauthorized, "sk-unknown-unknown");
            Assert.Equal(
                ("token_not_found_in_db", "key", "401"),
                (Error(unknown, "type"), Error(unknown, "param"), Error(unknown, "code"))
            );
            var missing = await _server.PostAsync(path, "not json", HttpStatusCode.Unauthorized, null);
            Assert.Contains("No api key passed in", Error(missing, "message"), StringComparison.Ordinal);
        }

        await _server.GetAsync("/key/list", HttpStatusCode.Forbidden, key);
        Assert.Equal(2, _server.Ring.Keys.Count());
    }

    [Fact]
    public async Task WithoutAMasterKey_ThereIsNoAdministrator()
    {
        var key = await _server.GenerateAsync();
        _server.Ring.SetMasterKey(null);

        var off = await _server.PostAsync("/key/generate", "{}", HttpStatusCode.Forbidden, KeyServer.MasterKey);
        Assert.Contains("Set general_settings.master_key", Error(off, "message"), StringComparison.Ordinal);
        await _server.PostAsync("/key/generate", "{}", HttpStatusCode.Forbidden, null);
        await _server.GetAsync("/key/list", HttpStatusCode.Forbidden, key);
        await _server.GetAsync("/key/info", HttpStatusCode.Forbidden, null);
        await _server.GetAsync("/key/info", key: key);
    }

    [Fact]
    public async Task WhileTheStoreIsDown_ChangesAnswer503_AndReadingGoesOn()
    {
        var key = await _server.GenerateAsync();
        await using var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        await other.OpenAsync(Token);
        await using var writing = await other.BeginTransactionAsync(Token);

        var failed = await _server.PostAsync(
            "/key/block",
            $$"""{"key":"{{key}}"}""",
            HttpStatusCode.ServiceUnavailable
        );
        Assert.Equal(("no_db_connection", "503"), (Error(failed, "type"), Error(failed, "code")));
        Assert.Contains("Nothing was changed", Error(failed, "message"), StringComparison.Ordinal);
        await _server.GetAsync("/key/info", key: key);
        await _server.GetAsync("/key/list");
    }

    [Fact]
    public async Task SixtyFourAdministrators_DontDisturbEachOther()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 64)
                .Select(async i =>
                {
                    var key = await _server.GenerateAsync($$"""{"key_alias":"k{{i}}"}""");
                    await _server.GetAsync("/key/info", key: key);
                    await _server.PostAsync("/key/update", $$"""{"key":"{{key}}","user_id":"u{{i}}"}""");
                    await _server.GetAsync("/key/list?size=100");
                    if (i % 2 == 0)
                    {
                        await _server.PostAsync("/key/delete", $$"""{"keys":["{{key}}"]}""");
                        await _server.GetAsync("/key/info", HttpStatusCode.Unauthorized, key);
                    }
                })
        );

        Assert.Equal(
            Enumerable.Range(0, 64).Where(i => i % 2 == 1).Select(i => $"u{i}").Order(),
            _server.Ring.Keys.Select(k => k.Record.UserId).Order()
        );
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static string? Error(JsonElement body, string name) => Text(body.GetProperty("error"), name);

    private static (int Shown, int Total, int Page, int Pages) Page(JsonElement list) =>
        (
            list.GetProperty("keys").GetArrayLength(),
            list.GetProperty("total_count").GetInt32(),
            list.GetProperty("current_page").GetInt32(),
            list.GetProperty("total_pages").GetInt32()
        );

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
