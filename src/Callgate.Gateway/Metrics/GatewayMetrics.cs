using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Callgate.Calls;

namespace Callgate.Gateway.Metrics;

/// <summary>
/// Counts calls as they end, under LiteLLM's names. The labels are bounded: a model group is told by name only where the config
/// names it, so that junk can't grow the series. Thread-safe.
/// </summary>
internal sealed class GatewayMetrics
{
    private const string Other = "other";

    /// <summary>The most model groups that are told by name.</summary>
    private const int MaxGroups = 1000;

    private readonly ConcurrentDictionary<(string Group, CallOutcome Outcome), Series> _series = new();

    /// <summary>A call has ended.</summary>
    /// <param name="call">The call.</param>
    /// <param name="end">How.</param>
    /// <param name="group">Its model group, where the config names it; null: any other.</param>
    /// <param name="requests">How many requests it stands for.</param>
    public void Count(Call call, CallEnd end, string? group, int requests = 1)
    {
        var key = (group ?? Other, end.Outcome);
        if (!_series.TryGetValue(key, out var series))
        {
            series = _series.GetOrAdd(
                _series.Count < MaxGroups * 10 ? key : (Other, end.Outcome),
                static _ => new Series()
            );
        }

        series.Add(end, call.Runtime.Time.GetUtcNow() - call.StartTime, requests);
    }

    /// <summary>The counters in Prometheus's text format.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        var all = _series.OrderBy(s => s.Key.Group, StringComparer.Ordinal).ThenBy(s => s.Key.Outcome).ToList();
        Write("litellm_proxy_total_requests_metric_total", "Calls that ended.", s => s.Calls);
        Write("litellm_input_tokens_metric_total", "Prompt tokens.", s => s.PromptTokens);
        Write("litellm_output_tokens_metric_total", "Completion tokens.", s => s.CompletionTokens);
        Write("litellm_total_tokens_metric_total", "Tokens.", s => s.PromptTokens + s.CompletionTokens);
        Write("litellm_spend_metric_total", "Cost in USD.", s => s.Cost);
        WriteLatency();
        return text.ToString();

        void Write(string name, string help, Func<Series, double> value)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} counter\n");
            foreach (var (key, series) in all)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{{{Labels(key)}}} {value(series)}\n");
            }
        }

        void WriteLatency()
        {
            const string name = "litellm_request_total_latency_metric";
            text.Append(
                CultureInfo.InvariantCulture,
                $"# HELP {name} Seconds from arrival to end.\n# TYPE {name} histogram\n"
            );
            foreach (var (key, series) in all)
            {
                series.WriteLatency(text, name, Labels(key));
            }
        }
    }

    private static string Labels((string Group, CallOutcome Outcome) key) =>
        $"requested_model=\"{Escape(key.Group)}\",outcome=\"{key.Outcome}\",status=\"{(IsSuccess(key.Outcome) ? "success" : "failure")}\"";

    private static bool IsSuccess(CallOutcome outcome) =>
        outcome is CallOutcome.Completed or CallOutcome.CacheHit or CallOutcome.AnsweredByHook;

    private static string Escape(string value) =>
        value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed class Series
    {
        private static readonly double[] s_bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

        private readonly long[] _buckets = new long[s_bounds.Length];
        private long _calls;
        private long _promptTokens;
        private long _completionTokens;
        private double _cost;
        private long _ticks;

        public long Calls => Interlocked.Read(ref _calls);
        public long PromptTokens => Interlocked.Read(ref _promptTokens);
        public long CompletionTokens => Interlocked.Read(ref _completionTokens);
        public double Cost => Volatile.Read(ref _cost);

        public void Add(CallEnd end, TimeSpan duration, int requests)
        {
            Interlocked.Add(ref _calls, requests);
            Interlocked.Add(ref _promptTokens, end.Usage.PromptTokens);
            Interlocked.Add(ref _completionTokens, end.Usage.CompletionTokens);
            AddCost((double)(end.Cost.Total ?? 0));
            Interlocked.Add(ref _ticks, duration.Ticks * requests);
            for (var i = s_bounds.Length - 1; i >= 0 && duration.TotalSeconds <= s_bounds[i]; i--)
            {
                Interlocked.Add(ref _buckets[i], requests);
            }
        }

        // Prometheus's numbers are floating point too, and these can't overflow.
        private void AddCost(double cost)
        {
            double before;
            do
            {
                before = Cost;
            } while (Interlocked.CompareExchange(ref _cost, before + cost, before) != before);
        }

        public void WriteLatency(StringBuilder text, string name, string labels)
        {
            for (var i = 0; i < s_bounds.Length; i++)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{name}_bucket{{{labels},le=\"{s_bounds[i]}\"}} {Interlocked.Read(ref _buckets[i])}\n"
                );
            }

            var seconds = new TimeSpan(Interlocked.Read(ref _ticks)).TotalSeconds;
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"+Inf\"}} {Calls}\n")
                .Append(CultureInfo.InvariantCulture, $"{name}_sum{{{labels}}} {seconds}\n")
                .Append(CultureInfo.InvariantCulture, $"{name}_count{{{labels}}} {Calls}\n");
        }
    }
}
