using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>What can be done with stored responses: build on them, and the endpoints that read and delete them.</summary>
internal sealed class ResponseHistory(IResponseStore store, TimeProvider clock)
{
    /// <summary>The most responses that one request may build on or refer to.</summary>
    private const int MaxResponses = 1000;

    /// <summary>The most bytes of them.</summary>
    private const long MaxBytes = 64 << 20;

    /// <summary>
    /// Puts the responses that a request builds on before its own input, and items in the place of references to them. Instructions aren't
    /// carried over.
    /// </summary>
    /// <exception cref="LlmException">There is no such response or item of this owner.</exception>
    public async ValueTask<ChatRequest> ResumeAsync(
        ChatRequest request,
        string owner,
        CancellationToken cancellationToken
    )
    {
        if (request.Origin is not ResponsesEnvelope { NeedsHistory: true } envelope)
        {
            return request;
        }

        var lookup = new Lookup(store, owner, cancellationToken);
        var chain = envelope.PreviousResponseId is { } previous
            ? await lookup.ChainAsync(previous).ConfigureAwait(false)
            : [];
        var input = new List<JsonElement>(envelope.Input.Count);
        for (var i = 0; i < envelope.Input.Count; i++)
        {
            input.Add(
                InputReader.IsReference(new FieldReader(envelope.Input[i], $"input[{i}]"))
                    ? await lookup.ItemAsync(envelope.Input[i], $"input[{i}]").ConfigureAwait(false)
                    : envelope.Input[i]
            );
        }

        var untranslatable = envelope.Untranslatable;
        var messages = MessagesOf(envelope.Instructions, chain, input, reason => untranslatable ??= reason);
        return request with
        {
            Messages = messages,
            Origin = envelope with
            {
                Input = input,
                NeedsHistory = false,
                Upstream = lookup.Upstream,
                Untranslatable = untranslatable,
            },
        };
    }

    /// <summary>The conversation that a request with this input continues.</summary>
    /// <param name="instructions">The request's own.</param>
    /// <param name="chain">The responses that it builds on, the oldest first.</param>
    /// <param name="input">The request's own items.</param>
    /// <param name="refuse">Takes what can't be translated.</param>
    public static IReadOnlyList<Message> MessagesOf(
        string? instructions,
        IEnumerable<StoredResponse> chain,
        IEnumerable<JsonElement> input,
        Action<LlmException> refuse
    )
    {
        var reader = new InputReader(refuse);
        reader.AddInstructions(instructions);
        foreach (var item in chain.SelectMany(r => InputOf(r).Concat(OutputOf(r))))
        {
            reader.Add(item, "previous_response_id");
        }

        var place = 0;
        foreach (var item in input)
        {
            reader.Add(item, $"input[{place++}]");
        }

        return reader.ToMessages();
    }

    /// <summary>Keeps an answer, unless its client asked not to. To be called before the client has the end of it, as its next request may come at once.</summary>
    /// <param name="request">The request, after <see cref="ResumeAsync"/>.</param>
    /// <param name="answer">The response object, as it was written.</param>
    /// <param name="owner">The hash of the client's key.</param>
    /// <param name="upstream">The deployment whose own answer it is; null where it was translated.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">It is too large to be kept.</exception>
    public async ValueTask SaveAsync(
        LlmRequest request,
        ReadOnlyMemory<byte> answer,
        string owner,
        string? upstream,
        CancellationToken cancellationToken
    )
    {
        if (request.Origin is not ResponsesEnvelope { Store: true } envelope)
        {
            return;
        }

        var id = envelope.ResponseId;
        var created = clock.GetUtcNow().ToUnixTimeSeconds();
        List<StoredResponse> kept = [];
        if (upstream is not null)
        {
            var response = JsonElement.Parse(answer.Span);
            id = StoredItems.IdOf(response) ?? id;
            foreach (var item in ResponsesReader.ListOf(response, "output"))
            {
                if (StoredItems.IdOf(item) is { } itemId)
                {
                    var alone = JsonSerializer.SerializeToUtf8Bytes(item, WireJson.Relaxed.JsonElement);
                    kept.Add(new StoredResponse(owner, itemId, created, id, default, alone, upstream));
                }
            }
        }

        var input = StoredItems.WriteInput(id, envelope.Input);
        var whole = new StoredResponse(owner, id, created, envelope.PreviousResponseId, input, answer, upstream);
        kept.Add(whole);
        if (!await store.SaveAsync(kept, cancellationToken).ConfigureAwait(false))
        {
            throw new InvalidOperationException(
                $"With its input it has {whole.Size} bytes, which is more than a response may have to be kept."
            );
        }
    }

    /// <summary>The body of <c>GET /v1/responses/{id}</c>.</summary>
    /// <exception cref="LlmNotFoundException">There is no such response of this owner.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(
        string id,
        string owner,
        CancellationToken cancellationToken
    ) => (await FindAsync(id, owner, cancellationToken).ConfigureAwait(false)).Body;

    /// <summary>The body of <c>GET /v1/responses/{id}/input_items</c>: all items that the response was made from.</summary>
    /// <exception cref="LlmException">There is no such response of this owner.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> GetInputItemsAsync(
        string id,
        string owner,
        ItemPage page,
        CancellationToken cancellationToken
    )
    {
        var response = await FindAsync(id, owner, cancellationToken).ConfigureAwait(false);
        var chain = response.PreviousId is { } previous
            ? await new Lookup(store, owner, cancellationToken).ChainAsync(previous).ConfigureAwait(false)
            : [];
        return page.Write([.. chain.SelectMany(r => InputOf(r).Concat(OutputOf(r))), .. InputOf(response)]);
    }

    /// <summary>Deletes a response, and gives the body that says so.</summary>
    /// <exception cref="LlmNotFoundException">There is no such response of this owner.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> DeleteAsync(
        string id,
        string owner,
        CancellationToken cancellationToken
    )
    {
        var response = await FindAsync(id, owner, cancellationToken).ConfigureAwait(false);
        if (response.Upstream is not null)
        {
            foreach (var itemId in OutputOf(response).Select(StoredItems.IdOf).OfType<string>())
            {
                await store.DeleteAsync(owner, itemId, cancellationToken).ConfigureAwait(false);
            }
        }

        await store.DeleteAsync(owner, id, cancellationToken).ConfigureAwait(false);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, ResponseObject.JsonOptions);
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "response"u8);
        json.WriteBoolean("deleted"u8, true);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private async ValueTask<StoredResponse> FindAsync(string id, string owner, CancellationToken cancellationToken) =>
        await store.GetAsync(owner, id, cancellationToken).ConfigureAwait(false) is { IsItem: false } response
            ? response
            : throw ResponsesErrors.ResponseNotFound(id);

    private static IEnumerable<JsonElement> InputOf(StoredResponse response) =>
        JsonElement.Parse(response.Input.Span).EnumerateArray();

    private static IEnumerable<JsonElement> OutputOf(StoredResponse response) =>
        ResponsesReader.ListOf(JsonElement.Parse(response.Body.Span), "output");

    /// <summary>Looks things up for one request, within bounds.</summary>
    private sealed class Lookup(IResponseStore store, string owner, CancellationToken cancellationToken)
    {
        private readonly Dictionary<string, StoredResponse> _found = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Dictionary<string, JsonElement>> _items = new(StringComparer.Ordinal);
        private readonly HashSet<string> _used = new(StringComparer.Ordinal);
        private long _bytes;

        /// <summary>The one deployment that keeps all that was found; empty where there is none.</summary>
        public string Upstream => _found.Values.Select(r => r.Upstream).Distinct().ToList() is [{ } one] ? one : "";

        /// <summary>A response and those that it builds on, the oldest first.</summary>
        public async ValueTask<List<StoredResponse>> ChainAsync(string last)
        {
            var chain = new List<StoredResponse>();
            for (string? id = last; id is not null; id = chain[^1].PreviousId)
            {
                chain.Add(
                    await FindAsync(id, "previous_response_id").ConfigureAwait(false) is { IsItem: false } response
                        ? response
                        : throw ResponsesErrors.PreviousNotFound(id)
                );
            }

            chain.Reverse();
            return chain;
        }

        public async ValueTask<JsonElement> ItemAsync(JsonElement reference, string path)
        {
            var id = new FieldReader(reference, path).RequiredString("id");
            if (await FindAsync(id, path).ConfigureAwait(false) is { IsItem: true } alone)
            {
                ChargeRepeat(id, alone.Size, path);
                return JsonElement.Parse(alone.Body.Span);
            }

            if (
                StoredItems.ResponseIdOf(id) is { } responseId
                && await FindAsync(responseId, path).ConfigureAwait(false) is { IsItem: false } response
            )
            {
                if (!_items.TryGetValue(responseId, out var items))
                {
                    _items.Add(responseId, items = ItemsOf(response));
                }

                if (items.TryGetValue(id, out var item))
                {
                    ChargeRepeat(id, JsonMarshal.GetRawUtf8Value(item).Length, path);
                    return item;
                }
            }

            throw ResponsesErrors.ItemNotFound(path, id);
        }

        private async ValueTask<StoredResponse?> FindAsync(string id, string param)
        {
            if (_found.TryGetValue(id, out var known))
            {
                return known;
            }

            var response = await store.GetAsync(owner, id, cancellationToken).ConfigureAwait(false);
            if (response is null)
            {
                return null;
            }

            _found.Add(id, response);
            Charge(response.Size, param);
            return response;
        }

        private static Dictionary<string, JsonElement> ItemsOf(StoredResponse response)
        {
            var items = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var item in OutputOf(response).Concat(InputOf(response)))
            {
                if (StoredItems.IdOf(item) is { } id)
                {
                    items.TryAdd(id, item);
                }
            }

            return items;
        }

        /// <summary>What was looked up is paid for once; but a short reference may stand for a long item, and be repeated.</summary>
        private void ChargeRepeat(string id, long bytes, string path)
        {
            if (!_used.Add(id))
            {
                Charge(bytes, path);
            }
        }

        private void Charge(long bytes, string param)
        {
            _bytes += bytes;
            if (_found.Count > MaxResponses || _bytes > MaxBytes)
            {
                throw ResponsesErrors.Invalid(
                    param,
                    $"The conversation is too long: a request may build on {MaxResponses} responses and {MaxBytes >> 20} MiB of them. Begin a new one."
                );
            }
        }
    }
}
