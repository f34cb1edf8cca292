using System.Diagnostics;
using Callgate.Calls;
using Callgate.Formats;
using Callgate.Formats.Responses;
using Callgate.Gateway.Keys;
using Callgate.Wire;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>Makes an HTTP request a call: who makes it, of which model, with which options.</summary>
internal sealed class ClientRequest(
    HttpContext http,
    GatewayServer server,
    GatewaySnapshot snapshot,
    VirtualKey key,
    ClientFormat format
)
{
    /// <summary>The model of a call that never named one.</summary>
    private const string Unknown = "unknown";

    private UserApiKey _caller = key.UserApiKey;
    private string _model = Unknown;
    private bool _isStream;

    /// <exception cref="LlmException">It is refused.</exception>
    public async ValueTask<Call> ToCallAsync(ClientBody body)
    {
        (_model, _isStream) = (body.Model, body.IsStream);
        var formatHeaders = ClientHeaders.OfFormat(http.Request.Headers, format);
        var model = key.ResolveModel(body.Model);
        Allow(model);
        var options = RequestHeaderOptions.Read(http.Request.Headers, OptionsOf());
        if (body.HasOwn)
        {
            options = OwnFieldsReader.Read(options, body.Own());
            if (options.Fallbacks is { } fallbacks)
            {
                // Under the names that they stand for, which are those that are looked at here.
                options = options with
                {
                    Fallbacks = [.. fallbacks.Select(key.ResolveModel)],
                };
                foreach (var fallback in options.Fallbacks)
                {
                    Allow(fallback);
                }
            }
        }

        if (EndUser.Of(http.Request.Headers, body) is { } endUser)
        {
            _caller = _caller with { EndUserId = endUser };
            options = options with
            {
                Metadata = CallMetadata.With(
                    options.Metadata,
                    new Dictionary<string, object?> { [KeyIdentity.EndUserEntry] = endUser }
                ),
            };
        }

        if (format is ResponsesFormat)
        {
            await ResumeAsync(body).ConfigureAwait(false);
        }

        var call = new Call(
            snapshot.Client.Runtime,
            body.Model,
            NewGatewayCall(body, null, formatHeaders),
            options,
            new CallKind(format.CallType, IsSync: false, body.IsStream)
        );
        if (model != body.Model)
        {
            call.RouteTo(model);
        }

        return call;
    }

    /// <summary>A request for a response may build on stored ones, so that its own bytes are not all of it; and those may be another key's.</summary>
    private async ValueTask ResumeAsync(ClientBody body)
    {
        try
        {
            body.Complete(
                await server
                    .Responses.ResumeAsync((ChatRequest)body.ReadRequest(), key.Token ?? "", http.RequestAborted)
                    .ConfigureAwait(false)
            );
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw Refusals.BadRequest("The body is no valid responses request.");
        }
    }

    /// <summary>A call that is refused with what is known of it so far.</summary>
    public Call ToRefusedCall() =>
        new(
            snapshot.Client.Runtime,
            _model,
            NewGatewayCall(null, Empty(format, _model), []),
            OptionsOf(),
            new CallKind(format.CallType, IsSync: false, _isStream)
        );

    public static LlmRequest Empty(ClientFormat format, string model) =>
        format.IsEmbedding
            ? new EmbeddingRequest { Model = model, Input = [] }
            : new ChatRequest { Model = model, Messages = [] };

    private void Allow(string model)
    {
        if (!key.IsModelAllowed(model))
        {
            var refusal = key.RefuseModel(model);
            throw Refusals.Create(refusal.StatusCode, refusal.Message, refusal.Code, refusal.Param);
        }

        snapshot.ThrowIfNotServed(model);
    }

    private CallOptions OptionsOf() =>
        new()
        {
            Metadata = key.CallMetadataOf(Admission.RouteOf(http)),
            Tags = key.Tags,
            TraceId = Activity.Current?.TraceId.ToHexString(),
            DropParams = snapshot.Config.DropParams,
            Cache = snapshot.Config.Cache?.Defaults ?? CacheControl.Default,
        };

    private GatewayCall NewGatewayCall(
        ClientBody? body,
        LlmRequest? request,
        IReadOnlyList<KeyValuePair<string, string>> formatHeaders
    ) =>
        new(body, request)
        {
            Format = format,
            UserApiKey = _caller,
            // Copied now: the request's own are another's once it is over.
            RequestHeaders = snapshot
                .Client.Runtime.CallbacksFor(CallOptions.Default)
                .Has(Hooks.PostCallResponseHeadersHookAsync)
                ? ClientHeaders.Safe(http.Request.Headers)
                : AdditionalArgs.NoHeaders,
            FormatHeaders = formatHeaders,
            Key = key,
            OnClosed = server.OnClosed,
        };
}
