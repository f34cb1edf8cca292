using Callgate.Formats;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>What a call has besides, when it came to the gateway: who makes it, in which format, and what goes back to the client around the answer. Belongs to its call.</summary>
internal sealed class GatewayCall
{
    private Dictionary<string, string>? _responseHeaders;
    private LlmRequest? _clientRequest;

    public GatewayCall(ClientBody? body, LlmRequest? request)
    {
        Body = body;
        _clientRequest = request;
    }

    /// <summary>The format of the endpoint that was called.</summary>
    public required ClientFormat Format { get; init; }

    /// <summary>Who calls.</summary>
    public required UserApiKey UserApiKey { get; init; }

    /// <summary>The gateway's own record of who calls.</summary>
    public object? Key { get; init; }

    /// <summary>Told how the call ends, once.</summary>
    public Action<Call, CallEnd>? OnClosed { get; init; }

    /// <summary>The request's headers, without those that carry secrets.</summary>
    public IReadOnlyDictionary<string, string> RequestHeaders { get; init; } = AdditionalArgs.NoHeaders;

    /// <summary>The request's headers that belong to its format, as they go on to a provider that speaks it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> FormatHeaders { get; init; } = [];

    /// <summary>The body as the client sent it, while it is still what the provider is to get; null once a hook has changed more of it than the model.</summary>
    public ClientBody? Body { get; private set; }

    /// <summary>The client's own request, in the common tongue: what the answer is written for.</summary>
    public LlmRequest ClientRequest => _clientRequest ?? Body!.RequestOrEmpty;

    /// <summary>What the client is told of a failure, where a hook has put it in other words; null: the failure itself.</summary>
    public RejectException? ShownFailure { get; set; }

    /// <summary>Whether the client is gone, while its stream is read to the end.</summary>
    public bool HasClientLeft { get; set; }

    /// <summary>Whether the headers hook has run.</summary>
    public bool HasHeaders { get; set; }

    /// <summary>Headers for the client, added by hooks.</summary>
    public IReadOnlyDictionary<string, string> ResponseHeaders => _responseHeaders ?? AdditionalArgs.NoHeaders;

    /// <summary>A hook has changed the request: its bytes are no longer what is to be sent.</summary>
    public void Changed()
    {
        _clientRequest = ClientRequest;
        Body = null;
    }

    /// <summary>The model's name as the client is to see it: the one that it asked for, or after a fallback the one that answered.</summary>
    public static string ShownModel(Call call) =>
        call.Attempt is { FallbackDepth: > 0 } fallback ? fallback.ModelGroup : call.ModelGroup;

    public void AddResponseHeader(string name, string value) =>
        (_responseHeaders ??= new(StringComparer.OrdinalIgnoreCase))[name] = value;
}

/// <summary>How a call ended.</summary>
internal readonly record struct CallEnd(CallOutcome Outcome, TokenUsage Usage, Cost Cost);
