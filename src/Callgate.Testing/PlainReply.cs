using Microsoft.AspNetCore.Http;

namespace Callgate.Testing;

/// <summary>Answers with the same bytes, whatever is asked: nothing is copied, nothing is kept.</summary>
internal static class PlainReply
{
    public static async Task SendAsync(HttpContext http, FakeReply reply)
    {
        try
        {
            var body = http.Request.BodyReader;
            for (var isWhole = false; !isWhole; )
            {
                var read = await body.ReadAsync(http.RequestAborted);
                isWhole = read.IsCompleted;
                body.AdvanceTo(read.Buffer.End);
            }

            http.Response.StatusCode = reply.StatusCode;
            http.Response.ContentType = reply.ContentType;
            if (!UsageLie.IsStream(reply.ContentType))
            {
                http.Response.ContentLength = reply.Body.Length;
            }

            foreach (var (name, value) in reply.Headers)
            {
                http.Response.Headers[name] = value;
            }

            await http.Response.BodyWriter.WriteAsync(reply.Body, http.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            http.Abort();
        }
    }
}
