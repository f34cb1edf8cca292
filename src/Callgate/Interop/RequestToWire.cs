using System.Globalization;
using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>
/// A conversation and its <see cref="ChatOptions"/> as a request. What is given by its name on the wire, through
/// <see cref="ChatOptions.RawRepresentationFactory"/> and then <see cref="ChatOptions.AdditionalProperties"/>, wins over the typed options.
/// </summary>
internal static class RequestToWire
{
    private static readonly JsonElement s_emptyObject = JsonElement.Parse("{}");

    /// <param name="messages">The conversation; enumerated once.</param>
    /// <param name="options">Left as they are.</param>
    /// <param name="defaultModel">The model where the options name none.</param>
    /// <param name="client">For whom the options' factory makes its raw request; null where the request is another client's, and only looked at.</param>
    public static ChatRequest Map(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        string defaultModel,
        IChatClient? client = null
    )
    {
        var raw = client is null ? null : options?.RawRepresentationFactory?.Invoke(client) as ChatRequest;
        var wire = new List<Message>(raw?.Messages ?? []);
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            wire.Add(Message.System(options.Instructions));
        }

        MessageToWire.Map(messages, wire);
        var request = Named(options?.AdditionalProperties, raw, isOurs: client is not null) with
        {
            Model = string.IsNullOrEmpty(raw?.Model) ? options?.ModelId ?? defaultModel : raw.Model,
            Messages = wire,
        };
        return options is null ? request : WithOptions(request, options);
    }

    private static ChatRequest WithOptions(ChatRequest request, ChatOptions options)
    {
        var tools = options.Tools?.Where(t => t is not HostedWebSearchTool).Select(ToolsToWire.Map);
        IReadOnlyList<ToolDefinition>? allTools = tools is null ? request.Tools : [.. request.Tools ?? [], .. tools];
        // OpenAI refuses a choice among no tools.
        var hasTools = allTools is { Count: > 0 };
        return request with
        {
            Temperature = request.Temperature ?? Exact(options.Temperature),
            TopP = request.TopP ?? Exact(options.TopP),
            FrequencyPenalty = request.FrequencyPenalty ?? Exact(options.FrequencyPenalty),
            PresencePenalty = request.PresencePenalty ?? Exact(options.PresencePenalty),
            MaxCompletionTokens =
                request.MaxCompletionTokens ?? (request.MaxTokens is null ? options.MaxOutputTokens : null),
            Seed = request.Seed ?? options.Seed,
            Stop = options.StopSequences is { Count: > 0 } stop ? [.. request.Stop ?? [], .. stop] : request.Stop,
            Tools = hasTools ? allTools : null,
            ToolChoice = request.ToolChoice ?? (hasTools ? ToolsToWire.Map(options.ToolMode) : null),
            ParallelToolCalls = request.ParallelToolCalls ?? (hasTools ? options.AllowMultipleToolCalls : null),
            ResponseFormat =
                request.ResponseFormat
                ?? ToolsToWire.Map(options.ResponseFormat, StrictSchema(options.AdditionalProperties)),
            ReasoningEffort = request.ReasoningEffort ?? Effort(options.Reasoning?.Effort),
            AdditionalProperties = Extra(request.AdditionalProperties, options),
        };
    }

    private static ExtraFields? Extra(ExtraFields? extra, ChatOptions options)
    {
        if (options.TopK is { } topK && extra?.ContainsKey("top_k") != true)
        {
            extra = (extra ?? new ExtraFields()).With("top_k", topK);
        }

        // Chat completions search the web by a parameter, not by a tool.
        if (
            options.Tools?.Any(t => t is HostedWebSearchTool) == true
            && extra?.ContainsKey("web_search_options") != true
        )
        {
            extra = (extra ?? new ExtraFields()).With("web_search_options", s_emptyObject);
        }

        return extra;
    }

    /// <summary>A request of what is given by its name on the wire: typed fields land in their properties, the others beside them.</summary>
    private static ChatRequest Named(AdditionalPropertiesDictionary? properties, ChatRequest? raw, bool isOurs)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in properties ?? [])
        {
            // What has no JSON form, such as state that another layer of the pipeline keeps here, is no parameter of a model.
            if (!IsReserved(name) && JsonValues.TryToElement(value, out var element))
            {
                fields[name] = element;
            }
        }

        if (fields.Count == 0)
        {
            return raw ?? new ChatRequest { Model = "", Messages = [] };
        }

        if (raw is not null)
        {
            var own = JsonSerializer.SerializeToElement(raw with { Messages = [] }, WireJson.Default.ChatRequest);
            foreach (var field in own.EnumerateObject())
            {
                fields[field.Name] = field.Value;
            }
        }

        fields["model"] = "";
        fields["messages"] = Array.Empty<object>();
        try
        {
            return JsonSerializer.Deserialize(JsonValues.ToJsonObject(fields), WireJson.Default.ChatRequest)!;
        }
        catch (JsonException) when (!isOurs)
        {
            // Another client's options need not mean by a name what the wire means by it.
            return new ChatRequest { Model = "", Messages = [] };
        }
        catch (JsonException e)
        {
            throw new ArgumentException(
                $"ChatOptions.AdditionalProperties has a value at {e.Path} that the request's field of that name can't hold.",
                nameof(properties),
                e
            );
        }
    }

    private static bool IsReserved(string name) =>
        name is CallOptionsCarrier.Key or "model" or "messages" or "stream" or "strict" or "strictJsonSchema";

    private static bool? StrictSchema(AdditionalPropertiesDictionary? properties) =>
        (CarriedFields.Element(properties, "strict") ?? CarriedFields.Element(properties, "strictJsonSchema")) switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            _ => null,
        };

    private static string? Effort(ReasoningEffort? effort) =>
        effort switch
        {
            ReasoningEffort.None => "none",
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => null,
        };

    /// <summary>0.7f is 0.7, not 0.699999988079071.</summary>
    private static double? Exact(float? value) =>
        value is { } number
            ? double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : null;
}
