using System.Net.Http.Json;
using System.Text.Json;
using Callgate.Bench.Load.Roles;

namespace Callgate.Bench.Load.Contenders;

/// <summary>Has the gateway make a key, as its users do.</summary>
internal static class VirtualKey
{
    public static async Task<string> CreateAsync(Uri gateway)
    {
        using var client = new HttpClient { BaseAddress = gateway };
        client.DefaultRequestHeaders.Authorization = new("Bearer", CallgateRole.MasterKey);
        using var reply = await client.PostAsJsonAsync(
            new Uri("/key/generate", UriKind.Relative),
            new { key_alias = "bench", models = new[] { "gpt-4o-mini" } }
        );
        reply.EnsureSuccessStatusCode();
        return (await reply.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }
}
