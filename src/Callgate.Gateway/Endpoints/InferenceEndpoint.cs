using System.Text.Json;
using Callgate.Calls;
using Callgate.Formats;
using Callgate.Gateway.Keys;
using Callgate.Wire;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>
/// An endpoint that calls models: lets the request in, makes it a call, and writes what comes of it in the client's format.
/// Everything between is the pipeline's, as for a call of the library.
/// </summary>
/// <param name="server">What is served.</param>
/// <param name="format">The endpoint's format.</param>
internal sealed class InferenceEndpoint(GatewayServer server, ClientFormat format)
{
    /// <summary>The route value that names the model in Azure's paths.</summary>
    public const string ModelInPath = "model";

    public async Task InvokeAsync(HttpContext http)
    {
        var snapshot = server.Current;
        // Before the body: whoever may not call must not make us read.
        var lookup = Admission.Admit(http, server, format);
        if (lookup.Refusal is { } unauthenticated)
        {
            await ErrorResponse.WriteAsync(http, format, unauthenticated).ConfigureAwait(false);
            return;
        }

        var request = new ClientRequest(http, server, snapshot, lookup.Key!, format);
        Call call;
        try
        {
            var body = await BodyReader.ReadJsonAsync(http, server.Options).ConfigureAwait(false);
            call = await request
                .ToCallAsync(ClientBody.Read(format, body, Caller.PathValue(http, ModelInPath)))
                .ConfigureAwait(false);
        }
        catch (BodyException refused)
        {
            await RefuseAsync(http, request, refused.ToRefusal()).ConfigureAwait(false);
            return;
        }
        catch (JsonException refused)
        {
            // Of our own scan's making, or the parser's, whose words may quote the body.
            var message = refused.LineNumber is null
                ? refused.Message
                : $"The body is no valid JSON: see line {refused.LineNumber + 1}, byte {refused.BytePositionInLine + 1}.";
            await RefuseAsync(http, request, Refusals.BadRequest(message)).ConfigureAwait(false);
            return;
        }
        catch (LlmException refused)
        {
            await RefuseAsync(http, request, refused).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException)
        {
            await RefuseAsync(http, request, Refusals.ClientLeft()).ConfigureAwait(false);
            return;
        }

        await (
            call.Kind.IsStream
                ? StreamResponder.RespondAsync(http, server, call)
                : UnaryResponder.RespondAsync(http, server, call)
        ).ConfigureAwait(false);
    }

    /// <summary>A request that comes to no call of a model all the same has its event.</summary>
    private static async Task RefuseAsync(HttpContext http, ClientRequest request, LlmException refusal)
    {
        var call = request.ToRefusedCall();
        var failure = await call.Runtime.Pipeline.RefuseAsync(call, refusal, http.RequestAborted).ConfigureAwait(false);
        await ErrorResponse.WriteAsync(http, call, failure).ConfigureAwait(false);
    }
}
