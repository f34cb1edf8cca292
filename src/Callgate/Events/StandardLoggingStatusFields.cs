using System.Text.Json;

namespace Callgate;

/// <summary>The status of a call by what took part in it.</summary>
public sealed record StandardLoggingStatusFields
{
    /// <summary><c>success</c> or <c>failure</c>.</summary>
    public string LlmApiStatus { get; init; } = "success";

    /// <summary>The worst of the guardrails' results; <c>not_run</c> outside of a gateway.</summary>
    public string GuardrailStatus { get; init; } = "not_run";
}

/// <summary>The provider's built-in tools that a request turns on.</summary>
public sealed record StandardLoggingBuiltInToolsParams
{
    /// <summary>The options of web search.</summary>
    public JsonElement? WebSearchOptions { get; init; }

    /// <summary>The file search tool.</summary>
    public JsonElement? FileSearch { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() =>
        (WebSearchOptions is null ? "" : "web search ") + (FileSearch is null ? "" : "file search");
}
