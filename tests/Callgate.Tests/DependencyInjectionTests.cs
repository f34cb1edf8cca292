using Callgate.Testing;
using Callgate.Tests.Callbacks;
using Callgate.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Tests;

public class DependencyInjectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;
    private static readonly Message[] s_messages = [Message.User("Hi")];

    [Fact]
    public async Task One_client_for_all_that_calls_the_registered_handlers()
    {
        var logger = new RecordingLogger();
        await using var services = new ServiceCollection()
            .AddSingleton<CustomLogger>(logger)
            .AddCallgate()
            .BuildServiceProvider();

        var client = services.GetRequiredService<LlmClient>();
        await client.CompleteAsync("mock/gpt-4o", s_messages, cancellationToken: Token);
        await client.FlushPatientlyAsync();

        Assert.Same(client, services.GetRequiredService<LlmClient>());
        Assert.Single(logger.Successes);
    }

    [Fact]
    public async Task Every_delegate_has_its_say_in_order_and_a_list_that_one_sets_keeps_the_registered_handlers()
    {
        var registered = new RecordingLogger();
        var own = new RecordingLogger();
        var token = new object();
        await using var services = new ServiceCollection()
            .AddSingleton(token)
            .AddSingleton<CustomLogger>(registered)
            .AddCallgate(options =>
            {
                options.NumRetries = 7;
                options.MaxPendingEvents = 5;
            })
            .AddCallgate(
                (provider, options) =>
                {
                    Assert.Same(token, provider.GetRequiredService<object>());
                    Assert.Equal(7, options.NumRetries);
                    options.NumRetries = 1;
                    options.Callbacks = [own];
                }
            )
            .BuildServiceProvider();

        var client = services.GetRequiredService<LlmClient>();

        Assert.Equal((1, 5), (client.Options.NumRetries, client.Options.MaxPendingEvents));
        Assert.Equal([(Callback)own, registered], client.Callbacks);
    }

    [Fact]
    public async Task A_handler_that_a_delegate_added_already_is_not_added_twice()
    {
        var log = new CollectedLog();
        var logger = new RecordingLogger();
        await using var services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(log)
            .AddSingleton<CustomLogger>(logger)
            .AddCallgate((provider, options) => options.Callbacks.Add(provider.GetRequiredService<CustomLogger>()))
            .BuildServiceProvider();

        var client = services.GetRequiredService<LlmClient>();
        await client.CompleteAsync("mock/gpt-4o", s_messages, cancellationToken: Token);
        await client.FlushPatientlyAsync();

        Assert.Single(logger.Successes);
        Assert.DoesNotContain(log.Warnings, w => w.Contains("CALLGATE101", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clock_and_logging_come_from_the_container_unless_a_delegate_sets_others()
    {
        var time = new ManualTimeProvider();
        var log = new CollectedLog();
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddSingleton<ILoggerFactory>(log)
            .AddCallgate()
            .BuildServiceProvider();
        var others = new ManualTimeProvider();
        await using var overriding = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddCallgate(options => options.TimeProvider = others)
            .BuildServiceProvider();

        var options = services.GetRequiredService<LlmClient>().Options;

        Assert.Same(time, options.TimeProvider);
        Assert.Same(log, options.LoggerFactory);
        Assert.Same(others, overriding.GetRequiredService<LlmClient>().Options.TimeProvider);
    }

    [Fact]
    public async Task The_container_delivers_events_and_ends_open_streams_when_it_is_disposed()
    {
        var logger = new RecordingLogger();
        var services = new ServiceCollection()
            .AddSingleton<CustomLogger>(_ => logger)
            .AddCallgate(options => options.FlushTimeout = Patience.Limit)
            .BuildServiceProvider();
        var client = services.GetRequiredService<LlmClient>();
        await client.CompleteAsync("mock/gpt-4o", s_messages, cancellationToken: Token);
        await using var stream = client
            .CompleteStreamingAsync("mock/gpt-4o", s_messages, cancellationToken: Token)
            .GetAsyncEnumerator(Token);
        Assert.True(await stream.MoveNextAsync());

        await services.DisposeAsync();

        Assert.Single(logger.Successes);
        Assert.Equal(CallOutcome.Terminated, Assert.Single(logger.Failures).Call!.Outcome);
        await Assert.ThrowsAsync<ObjectDisposedException>(() =>
            client.CompleteAsync("mock/gpt-4o", s_messages, cancellationToken: Token)
        );
    }
}
