using Callgate.Gateway.Configuration;
using Callgate.Gateway.UserCode;

namespace Callgate.Gateway;

/// <summary>A callback in its place: the handler, and for which events it is there.</summary>
/// <param name="Handler">The handler.</param>
/// <param name="Events">What it is called for.</param>
/// <param name="Options">How it is registered.</param>
/// <param name="Loaded">The code that it comes of; null where it is built in, or the host application's.</param>
/// <param name="IsOurs">Whether the gateway has made it.</param>
internal sealed record ConfiguredCallback(
    CustomLogger Handler,
    CallbackEvents Events,
    CallbackOptions Options,
    LoadedCallback? Loaded = null,
    bool IsOurs = false
)
{
    public void AddTo(CallbackList list)
    {
        if (Events == CallbackEvents.All)
        {
            list.Add(Handler, Options);
            return;
        }

        Add(list, CallbackEvents.Input, FunctionEvent.Input);
        Add(list, CallbackEvents.Success, FunctionEvent.Success);
        Add(list, CallbackEvents.Failure, FunctionEvent.Failure);
    }

    private void Add(CallbackList list, CallbackEvents events, FunctionEvent kind)
    {
        if (Events.HasFlag(events))
        {
            list.Add(new OneEventLogger(Handler, kind), Options);
        }
    }

    /// <summary>Ends what the gateway has made of it; call it once nobody calls the handler any more.</summary>
    public async ValueTask ReleaseAsync()
    {
        if (Loaded is not null)
        {
            await Loaded.ReleaseAsync().ConfigureAwait(false);
            return;
        }

        switch (IsOurs ? Handler : null)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync().ConfigureAwait(false);
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }
}
