using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Gateway.HttpHooks;

/// <summary>A callback that is a service, in any language: each hook is a request, and the reply decides. The contract is in <c>docs/http-hooks.md</c>.</summary>
internal sealed class HttpHookLogger : CustomLogger, IHookSource
{
    private readonly HttpHookSettings _settings;
    private readonly HttpHookService _service;
    private readonly TimeProvider _time;

    /// <exception cref="UserCode.CallbackLoadException">The settings are wrong.</exception>
    public HttpHookLogger(HttpHookSettings settings, TimeProvider time)
    {
        settings.ThrowIfWrong();
        (_settings, _time) = (settings, time);
        _service = new HttpHookService(settings, time);
        Hooks = settings.Hooks.Aggregate(Hooks.None, (hooks, name) => hooks | HttpHookSettings.KnownHooks[name]);
    }

    /// <summary>Those that are configured.</summary>
    public Hooks Hooks { get; }

    public override ValueTask<HookResult> PreCallHookAsync(
        PreCallContext context,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            "pre_call",
            context,
            more: null,
            reply =>
                reply.Action switch
                {
                    "replace" => Replace(reply.RequestLike(context.Data)),
                    "answer" => Answer(reply.Text is { } text ? Say(text, context) : reply.ResponseTo(context.Data)),
                    _ => null,
                },
            cancellationToken
        );

    public override ValueTask<HookResult> PreRequestHookAsync(
        PreRequestContext context,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            "pre_request",
            context,
            more: null,
            reply => reply.Action == "replace" ? Replace(reply.RequestLike(context.Data)) : null,
            cancellationToken
        );

    public override ValueTask<HookResult> ModerationHookAsync(
        ModerationContext context,
        CancellationToken cancellationToken
    ) => AskAsync("moderation", context, more: null, static _ => null, cancellationToken);

    public override ValueTask<HookResult> PostCallSuccessHookAsync(
        PostCallContext context,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            "post_call_success",
            context,
            static (writer, c) => HttpHookBody.Response(writer, c.Response),
            reply =>
                reply.Action != "replace" ? null
                : reply.Text is { } text ? Replace(context.Response.WithText(text))
                : Replace(reply.ResponseTo(context.Data) with { HiddenParams = context.Response.HiddenParams }),
            cancellationToken
        );

    public override ValueTask<HookResult> PostCallStreamingHookAsync(
        StreamChunkContext context,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            "post_call_streaming",
            context,
            static (writer, c) =>
            {
                writer.WriteString("text", c.Chunk.Text);
                writer.WritePropertyName("chunk");
                writer.WriteRawValue(c.Chunk.Data.Span, skipInputValidation: true);
            },
            reply =>
                reply.Action == "replace"
                    ? Replace(context.Chunk.WithText(reply.Text ?? throw new JsonException("'text' is missing.")))
                    : null,
            cancellationToken,
            // A request of a megabyte for each word of its answer would be too much.
            withData: false
        );

    public override ValueTask<HookResult> PostCallFailureHookAsync(
        PostCallFailureContext context,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            "post_call_failure",
            context,
            static (writer, c) =>
            {
                writer.WriteStartObject("error");
                writer.WriteNumber(
                    "status",
                    int.Parse(SafeErrors.CodeOf(c.OriginalException), System.Globalization.CultureInfo.InvariantCulture)
                );
                writer.WriteString("type", SafeErrors.ClassOf(c.OriginalException));
                writer.WriteString("message", SafeErrors.Message(c.OriginalException));
                writer.WriteEndObject();
            },
            static _ => null,
            cancellationToken
        );

    public override async ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
        ResponseHeadersContext context,
        CancellationToken cancellationToken
    )
    {
        const string Hook = "response_headers";
        var body = HttpHookBody.Of(
            Hook,
            context,
            withData: true,
            static (writer, c) =>
            {
                HttpHookBody.Response(writer, c.Response);
                writer.WriteStartObject("request_headers");
                foreach (var (name, value) in c.RequestHeaders)
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
            }
        );
        var reply = await _service.AskAsync(Hook, context.LitellmCallId, body, cancellationToken).ConfigureAwait(false);
        return reply.Action == "continue" ? reply.Headers : throw Unusable(reply, Hook);
    }

    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => TellAsync("success_event", call, cancellationToken);

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => TellAsync("failure_event", call, cancellationToken);

    /// <summary>A short form without secrets.</summary>
    public override string ToString() => $"HTTP hook {_settings.Name}";

    private ValueTask TellAsync(string hook, CallDetails call, CancellationToken cancellationToken) =>
        _service.TellAsync(hook, call.LitellmCallId, HttpHookBody.Of(hook, call), cancellationToken);

    /// <summary>Asks the service.</summary>
    /// <param name="hook">The hook's name.</param>
    /// <param name="context">What it is told.</param>
    /// <param name="more">Writes what it is told besides.</param>
    /// <param name="use">Makes a result of a reply that neither continues nor rejects; null where the hook can't use it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="withData">Whether the client's request goes along.</param>
    private async ValueTask<HookResult> AskAsync<TContext>(
        string hook,
        TContext context,
        Action<Utf8JsonWriter, TContext>? more,
        Func<HttpHookReply, HookResult?> use,
        CancellationToken cancellationToken,
        bool withData = true
    )
        where TContext : GatewayHookContext
    {
        var body = HttpHookBody.Of(hook, context, withData, more);
        var reply = await _service.AskAsync(hook, context.LitellmCallId, body, cancellationToken).ConfigureAwait(false);
        return reply.Action switch
        {
            "continue" => Continue,
            "reject" => Refuse(reply.Status ?? 403, reply.Message),
            _ => _service.Read(() => use(reply)) ?? throw Unusable(reply, hook),
        };
    }

    private HookResult Refuse(int status, string? message) =>
        status is >= 400 and <= 599
            ? Reject(status, message ?? $"Refused by {_settings.Name}.")
            : throw _service.Failed($"rejected with status {status}; it must be from 400 to 599.");

    private HttpHookException Unusable(HttpHookReply reply, string hook) =>
        _service.Failed(
            reply.Action is "continue" or "replace" or "reject" or "answer"
                ? $"answered '{reply.Action}', which {hook} has no use for."
                : "answered with an action that there isn't."
        );

    private ChatCompletion Say(string text, PreCallContext context) =>
        context.Data is ChatRequest
            ? new ChatCompletion
            {
                Id = $"chatcmpl-{context.LitellmCallId}",
                Object = "chat.completion",
                Created = _time.GetUtcNow().ToUnixTimeSeconds(),
                Model = context.Data.Model,
                Choices = [new Choice { Message = Message.Assistant(text), FinishReason = "stop" }],
            }
            : throw new JsonException("'text' answers chat only.");
}
