namespace Callgate;

/// <summary>A call's event in LiteLLM's <c>StandardLoggingPayload</c> format.</summary>
public sealed record StandardLoggingPayload
{
    internal static StandardLoggingPayload From(CallDetails call, LlmResponse? response) => new();
}
