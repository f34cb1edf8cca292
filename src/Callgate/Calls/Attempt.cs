using Callgate.Formats;
using Callgate.Formats.Native;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>One request to a provider while it runs. Belongs to its call; written by one thread at a time.</summary>
internal sealed class Attempt(int number, string reason, string modelGroup, AttemptTarget target)
{
    public int Number => number;
    public string Reason => reason;
    public string ModelGroup => modelGroup;
    public AttemptTarget Target => target;

    /// <summary>The request as this attempt sends it.</summary>
    public LlmRequest Request
    {
        get => field ?? Body!.RequestOrEmpty;
        set
        {
            field = value;
            Body = null;
        }
    } = null!;

    /// <summary>The client's bytes, while they are what the attempt sends; else null.</summary>
    public ClientBody? Body { get; set; }

    /// <summary>How to look into a reply in the client's own format; null where it is translated.</summary>
    public NativeReplies? Replies { get; set; }

    /// <summary>A stream that passes through; else null.</summary>
    public RawStream? Raw { get; set; }

    /// <summary>How many fallbacks came before.</summary>
    public int FallbackDepth { get; init; }

    public required DateTimeOffset StartTime { get; init; }
    public DateTimeOffset? FirstAnswerTime { get; set; }
    public DateTimeOffset? EndTime { get; set; }
    public RawText? Input { get; set; }
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; set; } = [];
    public RawText? RawResponse { get; set; }
    public IReadOnlyDictionary<string, string> ResponseHeaders { get; set; } = AdditionalArgs.NoHeaders;
    public int? StatusCode { get; set; }
    public string? RequestId { get; set; }
    public Exception? Exception { get; set; }
    public TokenUsage Usage { get; set; } = TokenUsage.None;
    public Cost? Cost { get; set; }

    /// <summary>The price in effect; null until it is settled, and where none is known.</summary>
    public ModelPrice? Price { get; set; }

    /// <summary>The service tier that answered, where the provider says.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>What has come of a stream; null for a unary attempt.</summary>
    public ChatAccumulator? Stream { get; set; }

    public ChunkTranslator? Translator { get; set; }

    public AttemptDetails ToDetails() =>
        new()
        {
            Number = number,
            Reason = reason,
            ModelId = target.Deployment.Id,
            ModelGroup = modelGroup,
            Model = target.Model,
            CustomLlmProvider = target.ProviderName,
            ApiBase = target.ApiBase,
            StartTime = StartTime,
            EndTime = EndTime ?? StartTime,
            StatusCode = StatusCode,
            RequestId = RequestId,
            Exception = Exception,
            Usage = Usage,
            Cost = Cost,
        };
}

/// <summary>A deployment, resolved: which provider answers for it, where, and as which model.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="Provider">The provider's wire; null where the call is only observed.</param>
/// <param name="ProviderName">The provider's name.</param>
/// <param name="Model">The model's name at the provider.</param>
/// <param name="ApiBase">The address, without its query.</param>
/// <param name="IsMock">Whether the built-in mock stands in for the network.</param>
internal sealed record AttemptTarget(
    Deployment Deployment,
    LlmProvider? Provider,
    string ProviderName,
    string Model,
    string ApiBase,
    bool IsMock
);
