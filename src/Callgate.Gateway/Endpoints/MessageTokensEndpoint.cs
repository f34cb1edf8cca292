using System.Text.Json;
using Callgate.Formats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Endpoints;

/// <summary>Anthropic's <c>POST /v1/messages/count_tokens</c>, answered by our own estimate, whoever's the model is.</summary>
internal static class MessageTokensEndpoint
{
    private static readonly MessagesFormat s_format = new();

    public static void Map(IEndpointRouteBuilder routes, GatewayServer server)
    {
        foreach (
            var path in (string[])
                ["/v1/messages/count_tokens", "/messages/count_tokens", "/anthropic/v1/messages/count_tokens"]
        )
        {
            routes.MapPost(path, http => CountAsync(http, server));
        }
    }

    private static async Task CountAsync(HttpContext http, GatewayServer server)
    {
        var lookup = Admission.Admit(http, server);
        if (lookup.Refusal is { } refusal)
        {
            await ErrorResponse.WriteAsync(http, s_format, refusal).ConfigureAwait(false);
            return;
        }

        ErrorReply error;
        try
        {
            var bytes = await BodyReader.ReadJsonAsync(http, server.Options).ConfigureAwait(false);
            var body = ClientBody.Read(s_format, bytes);
            var model = lookup.Key!.ResolveModel(body.Model);
            if (!lookup.Key.IsModelAllowed(model))
            {
                error = lookup.Key.RefuseModel(model);
            }
            else
            {
                server.Current.ThrowIfNotServed(model);
                var count = MessageTokens.Count((Wire.ChatRequest)body.ReadRequest());
                await Caller.WriteAsync(http, json => json.WriteNumber("input_tokens", count)).ConfigureAwait(false);
                return;
            }
        }
        catch (BodyException refused)
        {
            error = new ErrorReply(refused.StatusCode, refused.Message);
        }
        catch (LlmException refused)
        {
            error = new ErrorReply((int)(refused.StatusCode ?? System.Net.HttpStatusCode.BadRequest), refused.Message);
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException or FormatException)
        {
            error = new ErrorReply(400, "The body is no valid messages request.");
        }

        await ErrorResponse.WriteAsync(http, s_format, error).ConfigureAwait(false);
    }
}
