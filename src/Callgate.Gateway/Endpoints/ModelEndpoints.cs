using System.Text.Json;
using Callgate.Calls;
using Callgate.Gateway.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Endpoints;

/// <summary>The lists of models: OpenAI's, and LiteLLM's with prices and limits.</summary>
internal static class ModelEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, GatewayServer server)
    {
        foreach (var path in (string[])["/v1/models", "/models"])
        {
            routes.MapGet(path, http => Caller.WithKeyAsync(http, server, key => ListAsync(http, server, key)));
            routes.MapGet(
                $"{path}/{{**model}}",
                http => Caller.WithKeyAsync(http, server, key => ShowAsync(http, server, key))
            );
        }

        foreach (var path in (string[])["/model/info", "/v1/model/info"])
        {
            routes.MapGet(path, http => Caller.WithKeyAsync(http, server, key => InfoAsync(http, server, key)));
        }
    }

    private static async Task ListAsync(HttpContext http, GatewayServer server, VirtualKey key)
    {
        var names = await NamesOf(http, server, key).ConfigureAwait(false);
        await Caller
            .WriteAsync(
                http,
                json =>
                {
                    json.WriteStartArray("data");
                    foreach (var name in names)
                    {
                        json.WriteStartObject();
                        Write(json, name);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                    json.WriteString("object", "list");
                }
            )
            .ConfigureAwait(false);
    }

    private static async Task ShowAsync(HttpContext http, GatewayServer server, VirtualKey key)
    {
        var name = (string)http.Request.RouteValues["model"]!;
        var isListed = (await NamesOf(http, server, key).ConfigureAwait(false)).Contains(name, StringComparer.Ordinal);
        if (!isListed && !(key.IsModelAllowed(name) && server.Current.Config.Models.Find(name).IsKnown))
        {
            throw Refusals.UnknownModel(name);
        }

        await Caller.WriteAsync(http, json => Write(json, name)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, string name)
    {
        json.WriteString("id", name);
        json.WriteString("object", "model");
        // OpenAI's clients want a time; when a model came to be is nobody's to know here.
        json.WriteNumber("created", 1677610602);
        json.WriteString("owned_by", "openai");
    }

    /// <summary>Those that the key may call, as far as the hooks let it know of them.</summary>
    private static async ValueTask<IReadOnlyList<string>> NamesOf(
        HttpContext http,
        GatewayServer server,
        VirtualKey key
    )
    {
        using var lease = server.Lease();
        var snapshot = lease.Snapshot;
        var names = snapshot
            .Config.Models.Names.Concat(key.Record.Aliases.Keys)
            .Where(n => key.IsModelAllowed(key.ResolveModel(n)))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return await ListingHooks
            .FilterAsync(snapshot.Client.Runtime, key.UserApiKey, names, http.RequestAborted)
            .ConfigureAwait(false);
    }

    private static Task InfoAsync(HttpContext http, GatewayServer server, VirtualKey key)
    {
        var snapshot = server.Current;
        var wanted = http.Request.Query["litellm_model_id"].ToString();
        var deployments = snapshot.Config.Models.Deployments.Where(d =>
            key.IsModelAllowed(d.ModelName) && (wanted.Length == 0 || d.Id == wanted)
        );
        return Caller.WriteAsync(
            http,
            json =>
            {
                json.WriteStartArray("data");
                foreach (var deployment in deployments)
                {
                    Write(json, snapshot, deployment);
                }

                json.WriteEndArray();
            }
        );
    }

    private static void Write(Utf8JsonWriter json, GatewaySnapshot snapshot, Deployment deployment)
    {
        var runtime = snapshot.Client.Runtime;
        json.WriteStartObject();
        json.WriteString("model_name", deployment.ModelName);
        json.WriteStartObject("litellm_params");
        json.WriteString("model", deployment.Model);
        if (deployment.ApiBase is { } address)
        {
            json.WriteString("api_base", address);
        }

        json.WriteEndObject();
        json.WriteStartObject("model_info");
        json.WriteString("id", deployment.Id);
        var given = snapshot.Config.ModelInfo.GetValueOrDefault(deployment.Id);
        if (given.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in given.EnumerateObject().Where(p => p.Name != "id"))
            {
                property.WriteTo(json);
            }
        }

        if (PriceOf(runtime, deployment) is { } found)
        {
            ModelPriceJson.Write(json, found.Price, found.Target.Model, found.Target.ProviderName, given);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static (ModelPrice Price, AttemptTarget Target)? PriceOf(ClientRuntime runtime, Deployment deployment)
    {
        try
        {
            var target = runtime.Router.Resolve(deployment, CallOptions.Default);
            var price =
                deployment.Price
                ?? runtime.Prices.Find(
                    target.ProviderName,
                    deployment.BaseModel ?? target.Model,
                    runtime.Time.GetUtcNow()
                );
            return price is null ? null : (price, target);
        }
        catch (LlmException)
        {
            return null; // a pattern, or a provider without an address
        }
    }
}
