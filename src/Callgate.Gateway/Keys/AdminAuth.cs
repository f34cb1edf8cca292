using Callgate.Formats;
using Callgate.Gateway.Store;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Keys;

/// <summary>
/// Guards administrators' routes: looks at the key before anything of the request is read, and answers with what went
/// wrong. Without a master key there is no administrator, and these routes are off.
/// </summary>
internal static class AdminAuth
{
    private static readonly ErrorReply s_off = new(
        403,
        "This gateway has no master key, and so no administrator. Set general_settings.master_key in its config, and restart.",
        "auth_error",
        null,
        "403"
    );

    /// <summary>A route for the master key alone.</summary>
    /// <param name="rings">Gives the keys; routes are mapped before the keys are read.</param>
    /// <param name="admit">Looks at who calls.</param>
    /// <param name="handle">What the route does.</param>
    public static RequestDelegate MasterKey(
        Func<KeyRing> rings,
        Func<HttpContext, KeyLookup> admit,
        RequestDelegate handle
    ) =>
        AnyKey(
            rings,
            admit,
            (context, key) =>
                key.IsMaster
                    ? handle(context)
                    : throw new AdminException(
                        new(
                            403,
                            $"Only the master key may do this. Route={context.Request.Path}",
                            "auth_error",
                            "key",
                            "403"
                        )
                    ),
            needsMasterKey: true
        );

    /// <summary>A route for every good key.</summary>
    public static RequestDelegate AnyKey(
        Func<KeyRing> rings,
        Func<HttpContext, KeyLookup> admit,
        Func<HttpContext, VirtualKey, Task> handle,
        bool needsMasterKey = false
    ) =>
        async context =>
        {
            try
            {
                if (needsMasterKey && !rings().HasMasterKey)
                {
                    throw new AdminException(s_off);
                }

                var lookup = admit(context);
                if (lookup.Refusal is { } refusal)
                {
                    throw new AdminException(refusal);
                }

                if (lookup.Key == VirtualKey.Anonymous)
                {
                    throw new AdminException(s_off);
                }

                await handle(context, lookup.Key!).ConfigureAwait(false);
            }
            catch (Exception exception) when (Explain(exception) is { } error && !context.Response.HasStarted)
            {
                await AdminReply.WriteAsync(context, error).ConfigureAwait(false);
            }
        };

    private static ErrorReply? Explain(Exception exception) =>
        exception switch
        {
            AdminException refused => refused.Reply,
            KeyStoreException store => new(
                503,
                $"Nothing was changed: {store.Message}",
                "no_db_connection",
                null,
                "503"
            ),
            _ => null,
        };
}
