using System.Reflection;
using System.Text.Json;
using Callgate.Gateway.Configuration;
using Callgate.Routing;

namespace Callgate.Host.Serving;

/// <summary>What <c>serve</c> says when it is ready: where, which models, and a line to try.</summary>
internal static class Greeting
{
    private const int MostNames = 20;

    /// <param name="output">Where to write.</param>
    /// <param name="listen">Where it listens.</param>
    /// <param name="config">What it serves.</param>
    /// <param name="hasMasterKey">Whether it asks for a key.</param>
    public static void Write(TextWriter output, ListenAddress listen, GatewayConfig config, bool hasMasterKey)
    {
        var version = typeof(Greeting).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
        var (names, address) = (config.Models.Names, $"http://{listen.LocalHost}:{listen.Port}");
        output.WriteLine(
            $"Callgate {version.InformationalVersion.Split('+')[0]} listens on "
                + (
                    listen.IsOpen ? $"http://{listen}."
                    : !hasMasterKey ? $"{address}, for this machine only: there is no master key."
                    : $"{address}, for this machine only."
                )
        );
        output.WriteLine($"Its endpoints, to read and to try: {address}{DocsPage.Path}");
        output.WriteLine(
            $"Models: {string.Join(", ", names.Take(MostNames))}"
                + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "")
        );
        if (ModelToTry(config) is { } model)
        {
            output.WriteLine(
                hasMasterKey && config.MasterKeyVariable is null
                    ? "Try it, with general_settings.master_key in the variable MASTER_KEY:"
                    : "Try it:"
            );
            output.WriteLine(
                $"  {Curl(address, model, hasMasterKey ? $"${config.MasterKeyVariable ?? "MASTER_KEY"}" : null)}"
            );
        }

        output.Flush();
    }

    /// <summary>A line for a shell that asks a model.</summary>
    public static string Curl(string address, string model, string? key) =>
        $"curl {address}/v1/chat/completions -H \"Content-Type: application/json\" "
        + (key is null ? "" : $"-H \"Authorization: Bearer {key}\" ")
        + $$"""-d '{"model": "{{model}}", "messages": [{"role": "user", "content": "Hello!"}]}'""";

    /// <summary>The first model that chats, if one has a plain name; else the mock.</summary>
    private static string? ModelToTry(GatewayConfig config) =>
        config
            .Models.Deployments.Where(d => IsPlain(d.ModelName) && !IsOtherThanChat(d, config))
            .Select(d => d.ModelName)
            .FirstOrDefault()
        ?? (config.Models.Find("mock/gpt-4o-mini") is { IsKnown: true, Unsupported: null } ? "mock/gpt-4o-mini" : null);

    /// <summary>Whether it can stand in the line as it is.</summary>
    private static bool IsPlain(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':');

    private static bool IsOtherThanChat(Deployment deployment, GatewayConfig config) =>
        deployment.Model.Contains("embed", StringComparison.OrdinalIgnoreCase)
        || config.ModelInfo.TryGetValue(deployment.Id, out var info)
            && info.ValueKind == JsonValueKind.Object
            && info.TryGetProperty("mode", out var mode)
            && mode.ValueKind == JsonValueKind.String
            && mode.GetString() is not ("chat" or "responses");
}
