using System.Text.Json;
using Callgate.Calls;
using Callgate.Gateway.Keys;
using Callgate.Routing;
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
        var name = Caller.PathValue(http, "model")!;
        var names = await NamesOf(http, server, key, name).ConfigureAwait(false);
        if (!names.Contains(name, StringComparer.Ordinal))
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
    /// <param name="http">The request.</param>
    /// <param name="server">What is served.</param>
    /// <param name="key">Who asks.</param>
    /// <param name="asked">One that need not be in a list: a pattern's, or a hidden alias.</param>
    private static async ValueTask<IReadOnlyList<string>> NamesOf(
        HttpContext http,
        GatewayServer server,
        VirtualKey key,
        string? asked = null
    )
    {
        using var lease = server.Lease();
        var snapshot = lease.Snapshot;
        var models = snapshot.Config.Models;
        var unlisted = key.Record.Models.Where(m => m != ModelAllowList.AllModels && !WildcardPattern.IsPattern(m));
        if (asked is not null)
        {
            unlisted = unlisted.Append(asked);
        }

        var names = models
            .Names.Concat(key.Record.Aliases.Keys)
            .Concat(unlisted.Where(m => models.Find(key.ResolveModel(m)).IsKnown))
            .Where(n => key.IsModelAllowed(key.ResolveModel(n)))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return await ListingHooks
            .FilterAsync(snapshot.Client.Runtime, key.UserApiKey, names, http.RequestAborted)
            .ConfigureAwait(false);
    }

    /// <summary>The deployments behind those names.</summary>
    public static async ValueTask<IEnumerable<Deployment>> DeploymentsOf(
        HttpContext http,
        GatewayServer server,
        VirtualKey key
    )
    {
        var models = server.Current.Config.Models;
        var names = await NamesOf(http, server, key).ConfigureAwait(false);
        var groups = names.Select(n => models.Find(key.ResolveModel(n)).Group).ToHashSet(StringComparer.Ordinal);
        return models.Deployments.Where(d => groups.Contains(d.ModelName));
    }

    private static async Task InfoAsync(HttpContext http, GatewayServer server, VirtualKey key)
    {
        var snapshot = server.Current;
        var wanted = http.Request.Query["litellm_model_id"].ToString();
        var deployments = await DeploymentsOf(http, server, key).ConfigureAwait(false);
        await Caller
            .WriteAsync(
                http,
                json =>
                {
                    json.WriteStartArray("data");
                    foreach (var deployment in deployments.Where(d => wanted.Length == 0 || d.Id == wanted))
                    {
                        Write(json, snapshot, deployment);
                    }

                    json.WriteEndArray();
                }
            )
            .ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, GatewaySnapshot snapshot, Deployment deployment)
    {
        var runtime = snapshot.Client.Runtime;
        json.WriteStartObject();
        json.WriteString("model_name", deployment.ModelName);
        json.WriteStartObject("litellm_params");
        json.WriteString("model", deployment.Model);
        if (PayloadParts.Address(deployment.ApiBase) is { } address)
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
