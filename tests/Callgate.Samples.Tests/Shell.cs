using System.Text;
using System.Text.RegularExpressions;

namespace Callgate.Samples.Tests;

/// <summary>Runs a printed curl line, as it is where there is a curl; else what it says.</summary>
internal static partial class Shell
{
    public static async Task<string> RunCurlAsync(string line)
    {
        var token = TestContext.Current.CancellationToken;
        if (File.Exists("/usr/bin/curl"))
        {
            var result = await Command.RunAsync(["/bin/sh", "-c", $"{line} -sS --fail-with-body"], token);
            return result.ExitCode == 0
                ? result.Output
                : throw new InvalidOperationException(result.Output + result.Error);
        }

        var (url, headers, body) = (Url().Match(line), Header().Matches(line), Body().Match(line));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, url.Value)
        {
            Content = new StringContent(body.Groups[1].Value, Encoding.UTF8, "application/json"),
        };
        foreach (var header in headers.Where(h => h.Groups[1].Value != "Content-Type"))
        {
            request.Headers.Add(header.Groups[1].Value, header.Groups[2].Value);
        }

        using var response = await client.SendAsync(request, token);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(token);
    }

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Url();

    [GeneratedRegex("-H \"([^:]+): ([^\"]*)\"")]
    private static partial Regex Header();

    [GeneratedRegex("-d '([^']*)'")]
    private static partial Regex Body();
}
