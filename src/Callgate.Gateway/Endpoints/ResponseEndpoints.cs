using Callgate.Formats.Responses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Endpoints;

/// <summary>Reads and deletes stored responses. Each belongs to the key that made it.</summary>
internal static class ResponseEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, GatewayServer server)
    {
        foreach (var path in (string[])["/v1/responses/{id}", "/responses/{id}", "/openai/v1/responses/{id}"])
        {
            routes.MapGet(
                path,
                http => Reply(http, server, (id, owner) => server.Responses.GetAsync(id, owner, http.RequestAborted))
            );
            routes.MapDelete(
                path,
                http => Reply(http, server, (id, owner) => server.Responses.DeleteAsync(id, owner, http.RequestAborted))
            );
            routes.MapGet(
                $"{path}/input_items",
                http =>
                    Reply(
                        http,
                        server,
                        (id, owner) =>
                            server.Responses.GetInputItemsAsync(
                                id,
                                owner,
                                PageOf(http.Request.Query),
                                http.RequestAborted
                            )
                    )
            );
        }
    }

    private static ItemPage PageOf(IQueryCollection query) =>
        ItemPage.Parse((string?)query["limit"], (string?)query["order"], (string?)query["after"]);

    private static Task Reply(
        HttpContext http,
        GatewayServer server,
        Func<string, string, ValueTask<ReadOnlyMemory<byte>>> find
    ) =>
        Caller.WithKeyAsync(
            http,
            server,
            async key =>
            {
                var id = (string)http.Request.RouteValues["id"]!;
                await Caller
                    .WriteAsync(http, await find(id, key.Token ?? "").ConfigureAwait(false))
                    .ConfigureAwait(false);
            }
        );
}
