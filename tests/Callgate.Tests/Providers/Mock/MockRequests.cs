using System.Text.Json;
using Callgate.Providers.Mock;

namespace Callgate.Tests.Providers.Mock;

/// <summary>Raw requests to the mock, as the pipeline sends them.</summary>
internal static class MockRequests
{
    public static async Task<HttpResponseMessage> Send(
        MockOptions options,
        string path,
        string body,
        CancellationToken cancellationToken,
        TimeProvider? timeProvider = null
    )
    {
        using var invoker = new HttpMessageInvoker(new MockHandler(options, timeProvider ?? new ManualTimeProvider()));
        using var request = Request(path, body);
        return await invoker.SendAsync(request, cancellationToken);
    }

    public static async Task<string> Text(
        MockOptions options,
        string path,
        string body,
        CancellationToken cancellationToken
    )
    {
        using var response = await Send(options, path, body, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    public static async Task<JsonElement> Json(
        MockOptions options,
        string path,
        string body,
        CancellationToken cancellationToken
    ) => JsonElement.Parse(await Text(options, path, body, cancellationToken));

    public static HttpRequestMessage Request(string path, string body) =>
        new(HttpMethod.Post, $"http://mock.invalid{path}") { Content = new StringContent(body) };
}
