using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace Callgate.Host.Serving;

/// <summary>A page to read about the endpoints, and to try them. All of it comes from the gateway itself.</summary>
internal static class DocsPage
{
    public const string Path = "/docs";

    /// <summary>Keys and prompts are typed into it: the browser lets it send them to this gateway only.</summary>
    private const string OnlyToUs =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapScalarApiReference(
                Path,
                page =>
                    page.WithTitle("Callgate")
                        .WithOpenApiRoutePattern("/openapi.json")
                        .AddPreferredSecuritySchemes(["key"])
                        .DisableDefaultFonts()
                        .DisableTelemetry()
                        .DisableAgent()
                        .DisableMcp()
                        .HideClientButton()
                        .HideDeveloperTools()
            )
            .Add(static endpoint =>
            {
                var next = endpoint.RequestDelegate!;
                endpoint.RequestDelegate = http =>
                {
                    http.Response.Headers.ContentSecurityPolicy = OnlyToUs;
                    return next(http);
                };
            });
}
