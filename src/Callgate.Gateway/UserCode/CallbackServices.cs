using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Callgate.Gateway.UserCode;

/// <summary>
/// What the constructor of one loaded callback is given: its settings, loggers, configuration, HTTP clients, the clock, and whatever the
/// application's container has. Nothing that mentions a type of the user's code is asked of that container: it would keep the type for ever.
/// </summary>
internal sealed class CallbackServices : IServiceProvider, IServiceProviderIsService, IAsyncDisposable
{
    private static readonly JsonElement s_noSettings = JsonElement.Parse("{}");

    private readonly AsyncServiceScope? _scope;
    private readonly IServiceProvider _host;
    private readonly string _category;
    private readonly JsonElement _settings;

    /// <param name="host">The application's services.</param>
    /// <param name="category">The category of the callback's logger.</param>
    /// <param name="settings">The callback's entry in <c>callback_settings</c>; null: it has none, and is given an empty one.</param>
    public CallbackServices(IServiceProvider host, string category, JsonElement? settings)
    {
        _settings = settings ?? s_noSettings;
        // A scope of its own, so that what is made for this load is disposed with it.
        _scope = host.GetService<IServiceScopeFactory>()?.CreateAsyncScope();
        _host = _scope?.ServiceProvider ?? host;
        _category = category;
    }

    /// <summary>Whether the callback has been given its settings.</summary>
    public bool HasGivenSettings { get; private set; }

    private ILoggerFactory Loggers =>
        (ILoggerFactory?)_host.GetService(typeof(ILoggerFactory)) ?? NullLoggerFactory.Instance;

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IServiceProvider) ? this
        : serviceType == typeof(ILogger) ? Loggers.CreateLogger(_category)
        : serviceType == typeof(JsonElement) ? GiveSettings()
        : IsTypedLogger(serviceType)
            ? Activator.CreateInstance(typeof(Logger<>).MakeGenericType(serviceType.GenericTypeArguments), Loggers)
        : serviceType.IsCollectible ? null
        : _host.GetService(serviceType) ?? Default(serviceType);

    public bool IsService(Type serviceType) =>
        IsTypedLogger(serviceType)
        || (
            !serviceType.IsCollectible
            && (
                _host.GetService<IServiceProviderIsService>()?.IsService(serviceType) == true
                || serviceType == typeof(IServiceProvider)
                || serviceType == typeof(ILogger)
                || serviceType == typeof(JsonElement)
                || Default(serviceType) is not null
            )
        );

    public ValueTask DisposeAsync() => _scope?.DisposeAsync() ?? default;

    private object GiveSettings()
    {
        HasGivenSettings = true;
        return _settings;
    }

    private static bool IsTypedLogger(Type type) =>
        type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(ILogger<>);

    private object? Default(Type serviceType) =>
        serviceType == typeof(ILoggerFactory) ? Loggers
        : serviceType == typeof(TimeProvider) ? TimeProvider.System
        : serviceType == typeof(IConfiguration) ? new ConfigurationBuilder().Build()
        : serviceType == typeof(IHttpClientFactory) ? PlainHttpClients.Instance
        : serviceType == typeof(HttpClient)
            ? (
                (IHttpClientFactory?)_host.GetService(typeof(IHttpClientFactory)) ?? PlainHttpClients.Instance
            ).CreateClient(_category)
        : null;

    /// <summary>For applications without a factory of their own: clients that share their connections, so that a client per load leaves none behind.</summary>
    private sealed class PlainHttpClients : IHttpClientFactory
    {
        public static PlainHttpClients Instance { get; } = new();

        private readonly SocketsHttpHandler _handler = new() { PooledConnectionLifetime = TimeSpan.FromMinutes(10) };

        public HttpClient CreateClient(string name) => new(_handler, disposeHandler: false);
    }
}
