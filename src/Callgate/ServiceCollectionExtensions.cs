using Callgate;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Callgate to a service collection.</summary>
public static class CallgateServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="LlmClient"/> for the whole application. It calls every <see cref="CustomLogger"/> that is registered as a service,
    /// and takes the container's <see cref="ILoggerFactory"/> and <see cref="TimeProvider"/> where there are any.
    /// The container disposes it, which delivers to observers what they have yet to see.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddCallgate(this IServiceCollection services) =>
        services.AddCallgate(static (_, _) => { });

    /// <inheritdoc cref="AddCallgate(IServiceCollection)" />
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the client's options. Called when the client is first asked for; of several calls, each adds its own.</param>
    public static IServiceCollection AddCallgate(this IServiceCollection services, Action<LlmClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddCallgate((_, options) => configure(options));
    }

    /// <inheritdoc cref="AddCallgate(IServiceCollection)" />
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the client's options, with other services at hand. Called when the client is first asked for; of several calls, each adds its own.</param>
    public static IServiceCollection AddCallgate(
        this IServiceCollection services,
        Action<IServiceProvider, LlmClientOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddSingleton(new Configuration(configure));
        services.TryAddSingleton(CreateClient);
        return services;
    }

    private static LlmClient CreateClient(IServiceProvider services)
    {
        var options = new LlmClientOptions { LoggerFactory = services.GetService<ILoggerFactory>() };
        if (services.GetService<TimeProvider>() is { } time)
        {
            options.TimeProvider = time;
        }

        foreach (var configuration in services.GetServices<Configuration>())
        {
            configuration.Apply(services, options);
        }

        // Last, so that a delegate that sets the whole list doesn't lose them.
        foreach (var handler in services.GetServices<CustomLogger>())
        {
            if (!options.Callbacks.Any(callback => ReferenceEquals(callback.Handler, handler)))
            {
                options.Callbacks.Add(handler);
            }
        }

        return new LlmClient(options);
    }

    private sealed class Configuration(Action<IServiceProvider, LlmClientOptions> apply)
    {
        public void Apply(IServiceProvider services, LlmClientOptions options) => apply(services, options);
    }
}
