using System.Globalization;
using System.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Bench.Load.Roles;

/// <summary>
/// What a process of the bench can be. Each says on its first line where it listens, and ends when its standard input does:
/// none outlives the bench, however that ends.
/// </summary>
internal static class Role
{
    public const string Upstream = "upstream";
    public const string Yarp = "yarp";
    public const string Callgate = "callgate";
    public const string Load = "load";
    public const string Guard = "guard";

    /// <summary>Asks a role how many methods its JIT has compiled.</summary>
    public const string AskJit = "jit";

    /// <summary>Asks a role to collect its garbage.</summary>
    public const string AskCollect = "collect";

    /// <summary>A server with what every contender of ours has alike: loopback, a free port, warnings on the console.</summary>
    public static WebApplicationBuilder NewServer()
    {
        // Not the working directory, which the host would watch for edits of its settings, with all that is in it.
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // YARP's session keys, which nobody uses here.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // Standard output is for answers to the bench.
        builder.Logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(k => k.AddServerHeader = false);
        return builder;
    }

    public static async Task ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        Console.WriteLine(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        );
        while (await Console.In.ReadLineAsync() is { } question)
        {
            if (question == AskCollect)
            {
                GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
                GC.Collect();
            }

            Console.WriteLine(JitInfo.GetCompiledMethodCount().ToString(CultureInfo.InvariantCulture));
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(timeout.Token);
    }
}
