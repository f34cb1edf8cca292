using System.Net;
using Callgate.Formats;
using Callgate.Gateway.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Endpoints;

/// <summary>
/// Looks at who calls, before anything of the request is read. Without a master key nobody is asked for a key: then programs on
/// this machine are let in, and neither other machines, nor the web pages that a browser on this one shows.
/// </summary>
internal static class Admission
{
    private const string Advice =
        "Set a master key (general_settings.master_key), or, in an application of your own, GatewayOptions.AllowAnonymous.";

    private static readonly ErrorReply s_remote = new(
        401,
        $"This gateway has no master key, and so lets in callers of its own machine alone. {Advice}",
        "auth_error",
        null,
        "401"
    );

    private static readonly ErrorReply s_otherHost = Forbidden(
        $"This gateway has no master key, and so answers to localhost and 127.0.0.1 alone, and not to another 'Host'. {Advice}"
    );

    private static readonly ErrorReply s_webPage = Forbidden(
        $"This gateway has no master key, and so is closed to web pages of other sites. {Advice}"
    );

    private static readonly ErrorReply s_noType = new(
        415,
        "The body must be JSON: send it with 'Content-Type: application/json'.",
        "invalid_request_error",
        null,
        "415"
    );

    /// <summary>Whose the request is. One that is refused is counted.</summary>
    /// <param name="http">The request.</param>
    /// <param name="server">Knows the keys.</param>
    /// <param name="format">The endpoint's format; null where it calls no model.</param>
    public static KeyLookup Admit(HttpContext http, GatewayServer server, ClientFormat? format = null)
    {
        var lookup = server.Keys.Authenticate(http.Request.Headers);
        if (lookup.Key == VirtualKey.Anonymous && !server.Options.AllowAnonymous && WhyNot(http) is { } refusal)
        {
            lookup = KeyLookup.Outsider(refusal);
        }

        if (lookup.Refusal is not null)
        {
            server.Refusals.Count(RouteOf(http), format, lookup);
        }

        return lookup;
    }

    /// <summary>The route as it is mapped: paths may hold what clients please.</summary>
    public static string? RouteOf(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;

    private static ErrorReply? WhyNot(HttpContext http)
    {
        var request = http.Request;
        // Without an address it is a socket of this machine.
        if (http.Connection.RemoteIpAddress is { } remote)
        {
            if (!IPAddress.IsLoopback(remote))
            {
                return s_remote;
            }

            // A name that somebody else's DNS made point here.
            if (request.Host.HasValue && !IsThisMachine(request.Host.Host))
            {
                return s_otherHost;
            }
        }

        if (
            request.Headers["Sec-Fetch-Site"] == "cross-site"
            || request.Headers.Origin is [{ } origin, ..]
                && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsThisMachine(page.Host))
        )
        {
            return s_webPage;
        }

        // The one kind of body that a page may send without asking.
        return HttpMethods.IsPost(request.Method) && string.IsNullOrEmpty(request.ContentType) ? s_noType : null;
    }

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);

    private static ErrorReply Forbidden(string message) => new(403, message, "auth_error", null, "403");
}
