using System.Text.Json;
using Callgate.Wire;

namespace Callgate;

/// <summary>Makes the payload of one event. A part that can't be made is named in the event; the rest goes out.</summary>
internal sealed class PayloadBuilder
{
    private readonly CallDetails _call;
    private readonly LlmResponse? _response;
    private readonly PayloadLimits _limits;
    private readonly List<string> _truncated = [];
    private readonly List<string> _unavailable = [];

    /// <summary>Whether the content isn't to be kept: what still stands in the call is left out too.</summary>
    private readonly bool _withheld;

    /// <summary>Whether placeholders stand in the content's place already.</summary>
    private readonly bool _redacted;

    private PayloadBuilder(CallDetails call, LlmResponse? response)
    {
        _call = call;
        _response = response;
        _limits = call.PayloadLimits;
        _redacted = call.Messages is [var message, ..]
            ? message.Content?.Text == Redaction.Placeholder
            : call.Input is [Redaction.Placeholder, ..];
        _withheld = !_redacted && (call.ContentWithheld || call.LitellmParams.NoLog);
    }

    public static StandardLoggingPayload Build(CallDetails call, LlmResponse? response) =>
        new PayloadBuilder(call, response).Build();

    private StandardLoggingPayload Build()
    {
        var call = _call;
        var end = call.EndTime ?? call.StartTime;
        var first = call.CompletionStartTime ?? end;
        var status = Succeeded(call) ? "success" : "failure";
        var messages = _withheld ? null : Part("messages", Messages);
        var answer = _withheld || _response is null ? null : Part("response", Response);
        var usage = Part("usage_object", () => PayloadParts.Usage(call, _response));
        var apiBase = PayloadParts.Address(
            call.Attempts is [.., var last] ? last.ApiBase : call.AdditionalArgs.ApiBase ?? call.LitellmParams.ApiBase
        );
        var error = call.Exception is { } exception ? Part("error_information", () => Error(exception)) : null;
        var unpriced = status == "success" && call.Cost is { Status: CostStatus.Unpriced };
        var reason = call.Cost?.Reason ?? "the cost is unknown";
        var details = new StandardLoggingPayload
        {
            Id = Id(),
            LitellmCallId = call.LitellmCallId,
            TraceId = call.LitellmTraceId,
            SessionId = call.LitellmParams.SessionId,
            CallType = call.CallType,
            Stream = call.Stream,
            Status = status,
            StatusFields = new() { LlmApiStatus = status },
            ResponseCost = call.Cost?.Total ?? 0,
            ResponseCostStatus = call.Cost?.Status,
            ResponseCostReason = call.Cost?.Reason,
            CostBreakdown = PayloadParts.Breakdown(call.Cost, (_response as ChatCompletion)?.ServiceTier),
            ResponseCostFailureDebugInfo = unpriced
                ? new()
                {
                    ErrorStr = reason,
                    Model = call.Model,
                    CacheHit = call.CacheHit,
                    CustomLlmProvider = NullIfEmpty(call.CustomLlmProvider),
                    CallType = call.CallType,
                    CustomPricing = call.ModelInfo is { CatalogueVersion: null },
                }
                : null,
            ZeroCostDiagnostic = unpriced ? new() { Reason = reason, PricingModel = call.Model } : null,
            CustomLlmProvider = NullIfEmpty(call.CustomLlmProvider),
            Model = call.Model,
            ModelId = call.ModelId,
            ModelGroup = call.ModelGroup,
            ApiBase = apiBase ?? "",
            TotalTokens = call.Usage.TotalTokens,
            PromptTokens = call.Usage.PromptTokens,
            CompletionTokens = call.Usage.CompletionTokens,
            StartTime = PayloadParts.Epoch(call.StartTime),
            EndTime = PayloadParts.Epoch(end),
            CompletionStartTime = PayloadParts.Epoch(first),
            ResponseTime = PayloadParts.Seconds((call.Stream ? first : end) - call.StartTime),
            ModelMapInformation = new() { ModelMapKey = call.Model, ModelMapValue = PayloadParts.ModelInfo(call) },
            CacheHit = call.CacheHit,
            CacheKey = call.CacheKey,
            SavedCacheCost = PayloadParts.Saved(call, _response),
            RequestTags = call.Tags,
            EndUser = PayloadMetadata.Text(call, "user_api_key_end_user_id") ?? call.User,
            RequesterIpAddress = Part("requester_ip_address", () => PayloadMetadata.Text(call, "requester_ip_address")),
            UserAgent = Part("user_agent", () => PayloadMetadata.Text(call, "user_agent")),
            Messages = messages?.Json,
            Response = answer?.Json,
            ModelParameters =
                Part(
                    "model_parameters",
                    () => Cut("model_parameters", PayloadParameters.Of(call, _withheld || _redacted))
                ) ?? EventJson.EmptyObject,
            ErrorStr = error?.ErrorMessage,
            ErrorInformation = error,
            HiddenParams = new()
            {
                ModelId = call.ModelId,
                CacheKey = call.CacheKey,
                ApiBase = apiBase,
                ResponseCost = call.Cost?.Total,
                LitellmOverheadTimeMs = PayloadParts.OverheadMs(call),
                AdditionalHeaders = Part("additional_headers", () => PayloadHeaders.Of(call, _response)),
                LitellmModelName = NullIfEmpty(call.Model),
                UsageObject = usage,
            },
            StandardBuiltInToolsParams = Part(
                "standard_built_in_tools_params",
                () => PayloadParameters.BuiltInTools(call)
            ),
            Metadata =
                Part("metadata", () => Cut("metadata", PayloadMetadata.Of(call, usage)))
                ?? new StandardLoggingMetadata { UsageObject = usage },
        };
        return details with { Callgate = Details(messages, answer) };
    }

    private CallgateEventDetails Details(PayloadContent? messages, PayloadContent? answer)
    {
        var call = _call;
        return new()
        {
            EventType = call.LogEventType,
            Sequence = call.Sequence,
            Outcome = call.Outcome,
            Rejection = call.Rejection is { } rejection
                ? rejection with
                {
                    Reason = SafeErrors.Clean(rejection.Reason),
                }
                : null,
            Error = call.Exception is { } exception ? Part("error", () => CallgateError(exception)) : null,
            Attempts =
                Part("attempts", () => (IReadOnlyList<EventAttempt>)[.. call.Attempts.Select(PayloadParts.Attempt)])
                ?? [],
            Usage = call.Usage,
            UnitPrices = call.Cost?.AppliedPrices,
            CatalogueVersion = call.Cost?.CatalogueVersion ?? call.CatalogueVersion,
            HookRuns =
            [
                .. call.HookRuns.Select(h => new EventHookRun(
                    h.Hook,
                    h.Handler,
                    h.Decision,
                    Math.Round(h.Duration.TotalMilliseconds, 3)
                )),
            ],
            ContentWithheld = _withheld || _redacted,
            MessagesOmitted = messages?.Omitted ?? 0,
            // Of a placeholder neither means anything.
            MessagesBytes = _redacted ? null : messages?.Bytes,
            MessagesSha256 = _redacted ? null : messages?.Sha256,
            ResponseBytes = _redacted ? null : answer?.Bytes,
            ResponseSha256 = _redacted ? null : answer?.Sha256,
            // Last: the parts above add to them.
            Truncated = [.. _truncated],
            Unavailable = [.. _unavailable],
        };
    }

    /// <summary>Whether the event counts as a success. While the call runs: unless it has failed already.</summary>
    private static bool Succeeded(CallDetails call) =>
        call.Outcome switch
        {
            CallOutcome.Completed or CallOutcome.CacheHit or CallOutcome.AnsweredByHook => true,
            null => call.Exception is null,
            _ => false,
        };

    private string Id()
    {
        var id = _response?.Id is { Length: > 0 } given ? SafeErrors.Cut(given, 256) : _call.LitellmCallId;
        // The cache answers many calls with one answer's id.
        return _call.CacheHit ? $"{id}_cache_hit_{_call.LitellmCallId}" : id;
    }

    private PayloadContent? Messages() =>
        _call switch
        {
            { Messages: { Count: > 0 } messages } => Note(
                "messages",
                PayloadContent.OfList(messages, WireJson.Relaxed.Message, _limits)
            ),
            { Input: { Count: > 0 } input } => Note(
                "messages",
                PayloadContent.OfList(input, WireJson.Relaxed.String, _limits)
            ),
            _ => null,
        };

    private PayloadContent? Response() =>
        _response switch
        {
            ChatCompletion chat => Note("response", PayloadContent.Of(chat, WireJson.Relaxed.ChatCompletion, _limits)),
            EmbeddingResponse embedding => Note(
                "response",
                PayloadContent.Of(embedding, WireJson.Relaxed.EmbeddingResponse, _limits)
            ),
            { } other => Note("response", PayloadContent.Of(other.Text, WireJson.Relaxed.String, _limits)),
            null => null,
        };

    private StandardLoggingErrorInformation Error(Exception exception)
    {
        var known = exception as LlmException;
        return new()
        {
            ErrorCode = SafeErrors.CodeOf(exception),
            ErrorClass = SafeErrors.ClassOf(exception),
            LlmProvider = NullIfEmpty(known?.Provider) ?? NullIfEmpty(_call.CustomLlmProvider),
            Traceback = SafeErrors.Trace(exception),
            ErrorMessage = SafeErrors.Message(exception),
            ErrorProviderRequestId = SafeErrors.Name(known?.RequestId),
        };
    }

    private static EventError CallgateError(Exception exception)
    {
        var known = exception as LlmException;
        return new(
            exception.GetType().FullName ?? exception.GetType().Name,
            known?.Kind,
            SafeErrors.Name(known?.Code),
            SafeErrors.Name(known?.ErrorType),
            SafeErrors.Name(known?.Param)
        );
    }

    private PayloadContent Note(string name, PayloadContent content)
    {
        Cut(name, (content, content.Truncated));
        return content;
    }

    private T Cut<T>(string name, (T Value, bool Truncated) part)
    {
        if (part.Truncated)
        {
            _truncated.Add(name);
        }

        return part.Value;
    }

    private T? Part<T>(string name, Func<T?> make)
    {
        try
        {
            return make();
        }
#pragma warning disable CA1031 // Callers' objects run here, and one that throws mustn't cost the event.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _unavailable.Add($"{name}: {exception.GetType().Name}");
            return default;
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
