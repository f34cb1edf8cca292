using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Callgate.Bench.Load.Roles;

/// <summary>The gateway as users run it: a config file, a master key, virtual keys in SQLite; with or without callbacks.</summary>
internal static class CallgateRole
{
    public const string MasterKey = "sk-master-key-of-the-bench";

    public static async Task RunAsync(string upstream, bool hasCallbacks)
    {
        var folder = Directory.CreateTempSubdirectory("callgate-bench-");
        try
        {
            var config = Path.Combine(folder.FullName, "config.yaml");
            await File.WriteAllTextAsync(
                config,
                $"""
                model_list:
                  - model_name: gpt-4o-mini
                    litellm_params:
                      model: openai/gpt-4o-mini
                      api_base: {upstream}/v1
                      api_key: sk-provider
                general_settings:
                  master_key: {MasterKey}
                """
            );
            var builder = Role.NewServer();
            builder.Services.AddCallgateGateway(options =>
            {
                options.ConfigFile = config;
                options.DatabaseFile = Path.Combine(folder.FullName, "callgate.db");
                if (hasCallbacks)
                {
                    options.Callbacks.Add(new CostTracker());
                    options.Callbacks.Add(new LatencyLogger());
                    options.Callbacks.Add(new FailureCounter());
                }
            });
            var app = builder.Build();
            app.MapCallgate();
            await Role.ServeAsync(app);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>What most people write first: who spent how much.</summary>
internal sealed class CostTracker : CustomLogger
{
    private readonly Dictionary<string, decimal> _spent = [];

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    )
    {
        var alias = call.Metadata["user_api_key_alias"] as string ?? "nobody";
        _spent[alias] = _spent.GetValueOrDefault(alias) + (call.ResponseCost ?? 0);
    }
}

/// <summary>How long calls take, and how many tokens a second they give.</summary>
internal sealed class LatencyLogger : CustomLogger
{
    private readonly Dictionary<string, (long Calls, double Seconds, long Tokens)> _byModel = [];

    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    )
    {
        var (calls, seconds, tokens) = _byModel.GetValueOrDefault(call.Model);
        _byModel[call.Model] = (
            calls + 1,
            seconds + (endTime - startTime).TotalSeconds,
            tokens + call.Usage.CompletionTokens
        );
        return default;
    }
}

/// <summary>What fails, and how.</summary>
internal sealed class FailureCounter : CustomLogger
{
    private readonly Dictionary<string, long> _failures = [];

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    )
    {
        var kind = call.Exception?.GetType().Name ?? "";
        _failures[kind] = _failures.GetValueOrDefault(kind) + 1;
    }
}
