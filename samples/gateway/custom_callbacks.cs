// The gateway compiles this file when it starts, and again when you save it.
public sealed class ProxyHandlerInstance(ILogger<ProxyHandlerInstance> logger) : CustomLogger
{
    // Sees each success, beside the call.
    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    )
    {
        logger.LogInformation(
            "{Model}: {Tokens} tokens, ${Cost}",
            call.Model,
            call.Usage.TotalTokens,
            call.ResponseCost
        );
        return default;
    }

    // Before the call: refuses it, changes it, or lets it go on as it is.
    public override ValueTask<HookResult> PreCallHookAsync(PreCallContext call, CancellationToken cancellationToken)
    {
        if (call.Data is not ChatRequest chat)
        {
            return Continue;
        }

        if (chat.Messages.Any(m => m.Text?.Contains("swordfish") == true))
        {
            return Reject(400, "That word stays here.");
        }

        return chat.Model == "gpt-4o" ? Replace(chat with { Model = "gpt-4o-mini" }) : Continue;
    }

    // After a whole answer: what is set here arrives at the client.
    public override ValueTask<HookResult> PostCallSuccessHookAsync(
        PostCallContext call,
        CancellationToken cancellationToken
    ) => Replace(call.Response.WithHeader("x-answered-by", call.Response.Model ?? "unknown"));

    // Before the first byte of every answer, streams and failures among them.
    public override ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
        ResponseHeadersContext call,
        CancellationToken cancellationToken
    ) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, string>?>(
            new Dictionary<string, string> { ["x-served-by"] = call.CustomLlmProvider ?? "nobody" }
        );
}
