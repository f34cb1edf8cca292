namespace Callgate.Sinks;

/// <summary>Where a webhook is, and how it wants its events.</summary>
internal sealed record WebhookOptions
{
    public required Uri Endpoint { get; init; }
    public WebhookFormat Format { get; init; }
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Signs each body, where there is one.</summary>
    public BodySignature? Signature { get; init; }

    /// <summary>The most that one request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>LiteLLM's <c>log_format</c>.</summary>
internal enum WebhookFormat
{
    JsonArray,
    NdJson,
    Single,
}
