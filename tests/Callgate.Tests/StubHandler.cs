using System.Net;
using System.Text;

namespace Callgate.Tests;

/// <summary>Answers HTTP requests in memory.</summary>
internal sealed class StubHandler(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer)
    : HttpMessageHandler
{
    private int _count;

    public StubHandler(Func<HttpRequestMessage, HttpResponseMessage> answer)
        : this((request, _) => Task.FromResult(answer(request))) { }

    /// <summary>How many requests there were.</summary>
    public int Count => Volatile.Read(ref _count);

    public static HttpResponseMessage Json(string body, int status = 200) => Text(body, "application/json", status);

    public static HttpResponseMessage Text(string body, string contentType, int status = 200) =>
        Bytes(Encoding.UTF8.GetBytes(body), contentType, status);

    public static HttpResponseMessage Bytes(byte[] body, string contentType, int status = 200) =>
        new((HttpStatusCode)status)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new(contentType) } },
        };

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        Interlocked.Increment(ref _count);
        return answer(request, cancellationToken);
    }
}
