using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.Loader;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.UserCode;

/// <summary>A callback that was loaded: its handler, and what has to go with it. Thread-safe.</summary>
internal sealed partial class LoadedCallback
{
    private readonly ILogger _logger;
    private readonly TimeSpan _longestDispose;
    private readonly bool _isOurs;
    private CustomLogger? _handler;
    private CallbackServices? _services;
    private AssemblyLoadContext? _context;

    public LoadedCallback(
        CustomLogger handler,
        bool isOurs,
        CallbackServices services,
        AssemblyLoadContext? context,
        ILogger logger,
        TimeSpan? longestDispose = null
    )
    {
        _longestDispose = longestDispose ?? TimeSpan.FromSeconds(30);
        Name = handler.GetType().Name;
        Context = new WeakReference(context);
        (_handler, _isOurs, _services, _context, _logger) = (handler, isOurs, services, context, logger);
    }

    /// <summary>The handler. It goes into the lists of callbacks, and nowhere else, or its code never unloads.</summary>
    /// <exception cref="ObjectDisposedException">It was released.</exception>
    public CustomLogger Handler =>
        _handler ?? throw new ObjectDisposedException(Name, $"The callback {Name} was released.");

    /// <summary>The name of the handler's type.</summary>
    public string Name { get; }

    /// <summary>The callback's name in the configuration.</summary>
    public required string Reference { get; init; }

    /// <summary>The folder of the configuration file.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>Its entry in <c>callback_settings</c>.</summary>
    public JsonElement? Settings { get; init; }

    /// <summary>Whether its constructor asks for that.</summary>
    public bool HasTakenSettings { get; init; }

    /// <summary>The file that it comes from; null: a type of the application.</summary>
    public string? FilePath { get; init; }

    /// <summary>The SHA-256 of that file, in hex.</summary>
    public string? ContentHash { get; init; }

    /// <summary>What holds its code; dead once the code is unloaded. Nothing, where the code is the application's.</summary>
    internal WeakReference Context { get; }

    /// <summary>Disposes the handler, if it can be disposed, and lets its code unload. Call it once no call uses the handler any more.</summary>
    public async ValueTask ReleaseAsync()
    {
        if (Interlocked.Exchange(ref _handler, null) is { } handler)
        {
            await DisposeAsync(_isOurs ? handler : null).ConfigureAwait(false);
            await DisposeAsync(_services).ConfigureAwait(false);
            _services = null;
            if (Interlocked.Exchange(ref _context, null) is { } context)
            {
                context.Unload();
                ForgetJsonTypes();
            }
        }
    }

    private async Task DisposeAsync(object? what)
    {
        try
        {
            // On a thread of its own: whatever blocks there blocks nobody for longer.
            await Task.Run(async () =>
                {
                    if (what is IAsyncDisposable disposable)
                    {
                        await disposable.DisposeAsync().ConfigureAwait(false);
                    }
                    else
                    {
                        (what as IDisposable)?.Dispose();
                    }
                })
                .WaitAsync(_longestDispose)
                .ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It is the user's code, and on its way out: whatever it throws can only be told.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogDisposeFailed(_logger, Name, exception);
        }
    }

    /// <summary>JSON's reflection keeps the types that it has serialised. It can forget them, though only for the sake of hot reload, through the method that its assembly declares for that.</summary>
    private static void ForgetJsonTypes()
    {
        var handlers = typeof(JsonSerializer).Assembly.GetCustomAttributes<MetadataUpdateHandlerAttribute>();
        foreach (var handler in handlers)
        {
            handler
                .HandlerType.GetMethod(
                    "ClearCache",
                    BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic,
                    [typeof(Type[])]
                )
                ?.Invoke(null, [null]);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Callback {Callback} failed while it was disposed.")]
    private static partial void LogDisposeFailed(ILogger logger, string callback, Exception exception);
}
