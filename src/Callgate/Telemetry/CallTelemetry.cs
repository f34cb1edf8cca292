using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Callgate.Calls;

namespace Callgate.Telemetry;

/// <summary>
/// A span and two histograms per call, after OpenTelemetry's GenAI semantic conventions. The source and the meter are both
/// named <c>Callgate</c>. Nothing is made while nobody listens.
/// </summary>
internal static class CallTelemetry
{
    private const string Name = "Callgate";
    private const int MaxModels = 500;
    private const string Operation = "gen_ai.operation.name";

    private static readonly ConcurrentDictionary<string, bool> s_models = new(StringComparer.Ordinal);
    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);

    private static readonly Histogram<long> s_tokens = s_meter.CreateHistogram<long>(
        "gen_ai.client.token.usage",
        "{token}",
        "Tokens used, by type."
    );

    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>(
        "gen_ai.client.operation.duration",
        "s",
        "How long calls took."
    );

    /// <summary>Whether anybody would get what is measured.</summary>
    public static bool IsListenedTo => s_source.HasListeners() || s_tokens.Enabled || s_duration.Enabled;

    public static Activity? Start(Call call)
    {
        if (!s_source.HasListeners() || call.Kind.IsTraced)
        {
            return null;
        }

        try
        {
            return StartSpan(call);
        }
#pragma warning disable CA1031 // Listeners are other people's code: what they throw costs no call.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            call.Runtime.Hub.Report("telemetry", nameof(Start), failure);
            return null;
        }
    }

    private static Activity? StartSpan(Call call)
    {
        var operation = OperationOf(call);
        // Where the chain above has a span of its own for this operation, a second one would count the call twice.
        if (call.Kind.IsObserved && Activity.Current?.GetTagItem(Operation) is string above && above == operation)
        {
            return null;
        }

        var activity = s_source.StartActivity($"{operation} {call.ModelGroup}", ActivityKind.Client);
        activity?.SetTag(Operation, operation);
        activity?.SetTag("gen_ai.request.model", call.ModelGroup);
        return activity;
    }

    /// <summary>Ends the call's span, and measures. Listeners are other people's code: what they throw costs no event.</summary>
    public static void Stop(
        Call call,
        CallOutcome outcome,
        TokenUsage usage,
        Cost cost,
        LlmResponse? response,
        Exception? exception
    )
    {
        try
        {
            StopSpan(call, outcome, usage, cost, response, exception);
            Measure(call, usage, exception);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            call.Runtime.Hub.Report("telemetry", nameof(Stop), failure);
        }
    }

    private static void StopSpan(
        Call call,
        CallOutcome outcome,
        TokenUsage usage,
        Cost cost,
        LlmResponse? response,
        Exception? exception
    )
    {
        if (call.Activity is not { } activity)
        {
            return;
        }

        activity.SetTag("gen_ai.provider.name", call.Attempt?.Target.ProviderName);
        activity.SetTag("gen_ai.response.model", response?.Model);
        activity.SetTag("gen_ai.response.id", response?.Id);
        activity.SetTag("gen_ai.usage.input_tokens", usage.PromptTokens);
        activity.SetTag("gen_ai.usage.output_tokens", usage.CompletionTokens);
        activity.SetTag("callgate.call_id", call.Id);
        activity.SetTag("callgate.outcome", outcome.ToString());
        activity.SetTag("callgate.cost", (double?)cost.Total);
        activity.SetTag("callgate.attempts", call.Attempts.Count);
        if (exception is not null)
        {
            activity.SetTag("error.type", exception.GetType().Name);
            activity.SetStatus(
                ActivityStatusCode.Error,
                exception is LlmException ? exception.Message : exception.GetType().Name
            );
        }

        // The call may be ended by code that runs within another span: that stays the current one.
        var current = Activity.Current;
        activity.Stop();
        if (current != activity)
        {
            Activity.Current = current;
        }
    }

    private static void Measure(Call call, TokenUsage usage, Exception? exception)
    {
        if (!s_tokens.Enabled && !s_duration.Enabled)
        {
            return;
        }

        var tags = new TagList
        {
            { Operation, OperationOf(call) },
            { "gen_ai.provider.name", call.Attempt?.Target.ProviderName ?? "unknown" },
            {
                "gen_ai.request.model",
                exception is null && call.Attempt is { } answered ? Bounded(call, answered) : "unknown"
            },
        };
        s_tokens.Record(usage.PromptTokens, [.. tags, new("gen_ai.token.type", "input")]);
        s_tokens.Record(usage.CompletionTokens, [.. tags, new("gen_ai.token.type", "output")]);
        if (exception is not null)
        {
            tags.Add("error.type", exception.GetType().Name);
        }

        s_duration.Record((call.Runtime.Time.GetUtcNow() - call.StartTime).TotalSeconds, tags);
    }

    // Model names come from callers without bound, and some servers answer for any of them; series are to be few.
    private static string Bounded(Call call, Attempt attempt)
    {
        var model = attempt.Target.Model;
        return
            // The catalogue's names are few, and never crowded out.
            attempt.Price
                is not null
                && call.Options.BaseModel is null
            || s_models.ContainsKey(model)
            || s_models.Count < MaxModels && s_models.TryAdd(model, true)
            ? model
            : "other";
    }

    private static string OperationOf(Call call) =>
        call.Kind.CallType.Contains("embedding", StringComparison.Ordinal) ? "embeddings" : "chat";
}
