using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Callgate.Gateway.Tests;
using Callgate.Gateway.Tests.Sdks;

namespace Callgate.Gateway.Node.Tests;

/// <summary>Runs scripts side by side against one gateway.</summary>
internal static class NodeScripts
{
    private static readonly string s_folder = typeof(NodeScripts)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "Scripts")
        .Value!;

    /// <summary>What went wrong with each case; null: nothing.</summary>
    public static async Task<IReadOnlyDictionary<string, string?>> RunAsync(params IEnumerable<string> scripts)
    {
        await using var gateway = new SdkGateway();
        await gateway.InitializeAsync();
        var outcomes = await Task.WhenAll(scripts.Select(script => RunAsync(gateway, script)));
        return outcomes.SelectMany(o => o).ToDictionary(StringComparer.Ordinal);
    }

    private static async Task<Dictionary<string, string?>> RunAsync(SdkGateway gateway, string script)
    {
        var outcomes = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var line in await OutputOfAsync(gateway, script))
        {
            var outcome = JsonSerializer.Deserialize<JsonElement>(line);
            var id = outcome.GetProperty("id").GetString()!;
            var error = outcome.GetProperty("error").GetString();
            outcomes.Add(id, error ?? await CheckAbortAsync(gateway, id));
        }

        return outcomes;
    }

    /// <summary>Whether a client has left is not for the client to say.</summary>
    private static async Task<string?> CheckAbortAsync(SdkGateway gateway, string id)
    {
        if (!id.Contains(": abort", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var model = id[..id.IndexOf(':', StringComparison.Ordinal)].Split(' ')[^1];
            await gateway.AssertAbortedAsync($"Stall, {id}.", model);
            return null;
        }
        catch (Exception e)
            when (e is not OperationCanceledException { CancellationToken.IsCancellationRequested: true })
        {
            return e.ToString();
        }
    }

    private static async Task<IEnumerable<string>> OutputOfAsync(SdkGateway gateway, string script)
    {
        var node = Path.Combine(s_folder, "node_modules", ".bin", "node");
        if (!File.Exists(node))
        {
            throw new InvalidOperationException(
                "The scripts' packages are not there: run eng/node.sh, as test.sh does."
            );
        }

        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(node, [$"{script}.js"])
            {
                WorkingDirectory = s_folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["CALLGATE_ROOT"] = gateway.Root,
                    ["CALLGATE_KEY"] = GatewayHost.MasterKey,
                    ["NO_PROXY"] = "*",
                },
            },
        };
        process.Start();
        try
        {
            var token = TestContext.Current.CancellationToken;
            var errors = process.StandardError.ReadToEndAsync(token);
            var output = await process.StandardOutput.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);
            return process.ExitCode == 0
                ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith('{'))
                : throw new InvalidOperationException($"{script}.js failed.\n{output}{await errors}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
