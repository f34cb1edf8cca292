using System.Globalization;
using Spectre.Console;

namespace Callgate.Host.Demo;

/// <summary>The calls so far, and their sums. Bounded: it keeps the latest rows.</summary>
internal sealed class DemoTable
{
    private const int MaxRows = 20;
    private readonly Queue<string[]> _rows = new();
    private int _calls;
    private int _shown;
    private int _succeeded;
    private long _prompt;
    private long _completion;
    private decimal _cost;
    private TimeSpan _time;

    public void Add(CallDetails call, TimeSpan duration)
    {
        _calls++;
        _succeeded += call.Outcome is CallOutcome.Completed or CallOutcome.CacheHit ? 1 : 0;
        _prompt += call.Usage.PromptTokens;
        _completion += call.Usage.CompletionTokens;
        _cost += call.ResponseCost ?? 0;
        _time += duration;
        _rows.Enqueue([
            $"{_calls}",
            call.Attempts is [.., var last] ? last.Model : call.ModelGroup,
            DemoLogger.WhatOf(call),
            $"{call.Outcome}",
            $"{call.Usage.PromptTokens}+{call.Usage.CompletionTokens}",
            Dollars(call),
            Rounded(duration),
        ]);
        if (_rows.Count > MaxRows)
        {
            _rows.Dequeue();
        }
    }

    /// <summary>Whether there are calls that weren't shown.</summary>
    public bool HasNews => _calls > _shown;

    public Table Render(bool isPlain)
    {
        _shown = _calls;
        var table = new Table { Border = isPlain ? TableBorder.Markdown : TableBorder.Simple };
        table.AddColumn(new TableColumn("#").RightAligned());
        table.AddColumn("Model");
        table.AddColumn("Call");
        table.AddColumn("Outcome");
        table.AddColumn(new TableColumn("Tokens").RightAligned());
        table.AddColumn(new TableColumn("Cost").RightAligned());
        table.AddColumn(new TableColumn("ms").RightAligned());
        foreach (var column in table.Columns)
        {
            column.NoWrap().PadLeft(0).PadRight(0);
        }

        foreach (var row in _rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell, StyleOf(cell)))]);
        }

        return table;
    }

    public string Totals =>
        $"{_calls} calls, {_succeeded} of them succeeded: {_prompt} + {_completion} tokens, {Dollars(_cost)}, {Milliseconds(_time)}";

    public static string Balance(FlushResult events) =>
        $"{events.Accepted} events = {events.Delivered} delivered + {events.Pending} pending + {events.Dropped} dropped";

    public static string Dollars(CallDetails call) =>
        call.ResponseCost is { } cost
            ? (call.Cost?.Status == CostStatus.Estimated ? "~" : "") + Dollars(cost)
            : "unknown";

    public static string Milliseconds(TimeSpan duration) => $"{Rounded(duration)} ms";

    // Up, so that nothing seems to have taken no time.
    private static string Rounded(TimeSpan duration) =>
        Math.Ceiling(duration.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private static string Dollars(decimal cost) => $"${cost.ToString("0.00######", CultureInfo.InvariantCulture)}";

    private static Style StyleOf(string cell) =>
        cell switch
        {
            nameof(CallOutcome.Completed) or nameof(CallOutcome.CacheHit) => new Style(Color.Green),
            nameof(CallOutcome.UpstreamFailed) or nameof(CallOutcome.Rejected) => new Style(Color.Red),
            nameof(CallOutcome.ClientAborted) => new Style(Color.Yellow),
            _ => Style.Plain,
        };
}
