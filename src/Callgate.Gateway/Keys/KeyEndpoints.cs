using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Callgate.Gateway.Keys;

/// <summary>LiteLLM's routes to make, read and change keys.</summary>
internal static class KeyEndpoints
{
    /// <param name="routes">Where to map them.</param>
    /// <param name="rings">Gives the keys; routes are mapped before the keys are read.</param>
    /// <param name="admit">Looks at who calls.</param>
    /// <param name="time">Tells the time.</param>
    public static void Map(
        IEndpointRouteBuilder routes,
        Func<KeyRing> rings,
        Func<HttpContext, KeyLookup> admit,
        TimeProvider time
    )
    {
        KeyAdmin Admin() => new(rings(), time);
        RequestDelegate MasterKey(RequestDelegate handle) => AdminAuth.MasterKey(rings, admit, handle);

        routes.MapPost("/key/generate", MasterKey(context => GenerateAsync(context, Admin())));
        routes.MapGet(
            "/key/info",
            AdminAuth.AnyKey(rings, admit, (context, caller) => InfoAsync(context, caller, Admin()))
        );
        routes.MapGet("/key/list", MasterKey(context => KeyListing.WriteAsync(context, rings())));
        routes.MapPost("/key/update", MasterKey(context => UpdateAsync(context, Admin())));
        routes.MapPost("/key/delete", MasterKey(context => DeleteAsync(context, Admin())));
        routes.MapPost("/key/block", MasterKey(context => BlockAsync(context, Admin(), blocked: true)));
        routes.MapPost("/key/unblock", MasterKey(context => BlockAsync(context, Admin(), blocked: false)));
    }

    private static async Task GenerateAsync(HttpContext context, KeyAdmin admin)
    {
        var body = await AdminBody.ReadAsync(context.Request).ConfigureAwait(false);
        var (key, made) = await admin.GenerateAsync(body, context.RequestAborted).ConfigureAwait(false);
        await AdminReply
            .WriteAsync(
                context,
                200,
                writer =>
                {
                    writer.WriteString("key", key);
                    writer.WriteString("token_id", made.Record.Token);
                    KeyJson.WriteMembers(writer, made);
                }
            )
            .ConfigureAwait(false);
    }

    private static Task InfoAsync(HttpContext context, VirtualKey caller, KeyAdmin admin)
    {
        var asked = context.Request.Query["key"].ToString();
        var key = asked.Length > 0 && caller.IsMaster ? admin.Find(asked) : caller;
        if (asked.Length > 0 && KeyAdmin.HashOf(asked).ToString() != key.Token)
        {
            throw new AdminException(
                new(403, "A key may read about itself only. Use the master key.", "auth_error", "key", "403")
            );
        }

        if (key.IsMaster)
        {
            throw AdminException.BadRequest("The master key has no record: name a key with '?key='.", "key");
        }

        return AdminReply.WriteAsync(
            context,
            200,
            writer =>
            {
                writer.WriteString("key", key.Token);
                writer.WriteStartObject("info");
                KeyJson.WriteMembers(writer, key);
                writer.WriteEndObject();
            }
        );
    }

    private static async Task UpdateAsync(HttpContext context, KeyAdmin admin)
    {
        var body = await AdminBody.ReadAsync(context.Request).ConfigureAwait(false);
        await WriteAsync(context, await admin.UpdateAsync(body, context.RequestAborted).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private static async Task BlockAsync(HttpContext context, KeyAdmin admin, bool blocked)
    {
        var body = await AdminBody.ReadAsync(context.Request).ConfigureAwait(false);
        await WriteAsync(
                context,
                await admin.SetBlockedAsync(body, blocked, context.RequestAborted).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
    }

    private static async Task DeleteAsync(HttpContext context, KeyAdmin admin)
    {
        var body = await AdminBody.ReadAsync(context.Request).ConfigureAwait(false);
        var deleted = await admin.DeleteAsync(body, context.RequestAborted).ConfigureAwait(false);
        await AdminReply
            .WriteAsync(context, 200, writer => KeyJson.WriteList(writer, "deleted_keys", deleted))
            .ConfigureAwait(false);
    }

    private static Task WriteAsync(HttpContext context, VirtualKey key) =>
        AdminReply.WriteAsync(
            context,
            200,
            writer =>
            {
                writer.WriteString("key", key.Token);
                KeyJson.WriteMembers(writer, key);
            }
        );
}
