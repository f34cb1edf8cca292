using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>
/// What a request of the Responses API says besides its chat request, which carries it as <see cref="LlmRequest.Origin"/>:
/// what the answer repeats, and what is stored with it.
/// </summary>
internal sealed record ResponsesEnvelope
{
    private static readonly JsonElement s_nothing = JsonElement.Parse("{}");

    /// <summary>The request as it came.</summary>
    public required JsonElement Root { get; init; }

    /// <summary>The id of the answer to come. Random, as whoever names a response may read it.</summary>
    public string ResponseId { get; init; } = $"resp_{Guid.NewGuid():N}";

    /// <summary>Whether the answer is to be stored.</summary>
    public bool Store { get; init; }

    public string? PreviousResponseId { get; init; }

    public string? Instructions { get; init; }

    /// <summary>The request's own input items.</summary>
    public required IReadOnlyList<JsonElement> Input { get; init; }

    /// <summary>Whether messages are missing until <see cref="ResponseHistory.ResumeAsync"/> has looked them up.</summary>
    public bool NeedsHistory { get; init; }

    /// <summary>The deployment that keeps all that the request builds on, and so can be given it by its ids; empty where none has all. Null: it builds on nothing.</summary>
    public string? Upstream { get; init; }

    /// <summary>The tools whose calls carry plain text: chat models see functions with one parameter.</summary>
    public IReadOnlySet<string> CustomTools { get; init; } = new HashSet<string>();

    /// <summary>Why the request can't be translated, where it can't; a provider that speaks the format may take it all the same.</summary>
    public LlmException? Untranslatable { get; init; }

    /// <summary>The envelope of a request; one of its own where the request came in another format.</summary>
    public static ResponsesEnvelope Of(LlmRequest request) =>
        request.Origin as ResponsesEnvelope ?? new ResponsesEnvelope { Root = s_nothing, Input = [] };
}
