using System.Net;

namespace Callgate.Sinks;

/// <summary>What became of one request.</summary>
internal readonly record struct WebhookResult(
    bool IsDelivered,
    bool IsRefused,
    string? Text = null,
    HttpStatusCode? Status = null,
    TimeSpan? RetryAfter = null
)
{
    public static WebhookResult Delivered => new(IsDelivered: true, IsRefused: false);

    /// <summary>It was held back, as one before it failed.</summary>
    public static WebhookResult NotSent => default;

    public static WebhookResult Failed(string text, HttpStatusCode? status = null, TimeSpan? retryAfter = null) =>
        new(IsDelivered: false, IsRefused: false, text, status, retryAfter);

    public static WebhookResult Refused(string text, HttpStatusCode status) =>
        new(IsDelivered: false, IsRefused: true, text, status);
}

/// <summary>Adds up what became of a batch that took several requests. Thread-safe.</summary>
internal sealed class WebhookTally
{
    private readonly Lock _gate = new();
    private readonly List<SinkEvent> _refused = [];
    private readonly List<SinkEvent> _undelivered = [];
    private readonly List<string> _texts = [];
    private TimeSpan? _retryAfter;

    /// <summary>Whether something has to come again.</summary>
    public bool IsToWait => _undelivered.Count > 0;

    public void Add(IEnumerable<SinkEvent> events, WebhookResult result)
    {
        if (result.IsDelivered)
        {
            return;
        }

        lock (_gate)
        {
            (result.IsRefused ? _refused : _undelivered).AddRange(events);
            if (result.Text is { } text && !_texts.Contains(text))
            {
                _texts.Add(text);
            }

            if (result.RetryAfter is { } pause && !(_retryAfter >= pause))
            {
                _retryAfter = pause;
            }
        }
    }

    public void ThrowIfIncomplete()
    {
        if (_refused.Count + _undelivered.Count > 0)
        {
            throw new SinkException(string.Join(' ', _texts))
            {
                Refused = _refused,
                Undelivered = _undelivered,
                RetryAfter = _retryAfter,
            };
        }
    }
}
