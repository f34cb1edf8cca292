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
        // Before the body: whoever may not call must not make us read.
        var lookup = Admission.Admit(http, server, format);
        if (lookup.Refusal is { } unauthenticated)
        {
            await ErrorResponse.WriteAsync(http, format, unauthenticated).ConfigureAwait(false);
            return;
        }

        ReadOnlyMemory<byte> body = default;
        LlmException? refusal = null;
        try
        {
            body = await BodyReader.ReadJsonAsync(http, server.Options).ConfigureAwait(false);
        }
        catch (BodyException refused)
        {
            refusal = refused.ToRefusal();
        }
        catch (OperationCanceledException)
        {
            refusal = Refusals.ClientLeft();
        }

        // After the body: while that was on its way, the config may have changed.
        using var lease = server.Lease();
        var request = new ClientRequest(http, server, lease.Snapshot, lookup.Key!, format);
        Call? call = null;
        try
        {
            call = refusal is null
                ? await request
                    .ToCallAsync(ClientBody.Read(format, body, Caller.PathValue(http, ModelInPath)))
                    .ConfigureAwait(false)
                : null;
        }
        catch (JsonException refused)
        {
            // Of our own scan's making, or the parser's, whose words may quote the body.
            refusal = Refusals.BadRequest(
                refused.LineNumber is null
                    ? refused.Message
                    : $"The body is no valid JSON: see line {refused.LineNumber + 1}, byte {refused.BytePositionInLine + 1}."
            );
        }
        catch (LlmException refused)
        {
            refusal = refused;
        }
        catch (OperationCanceledException)
        {
            refusal = Refusals.ClientLeft();
        }

        await (
            call is null ? RefuseAsync(http, request, refusal!)
            : call.Kind.IsStream ? StreamResponder.RespondAsync(http, server, call)
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
