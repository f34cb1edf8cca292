namespace Callgate.Gateway.HttpHooks;

/// <summary>An HTTP hook's service gave no reply that can be used. What becomes of the call is its registration's <see cref="CallbackOptions.OnFailure"/>. The message holds nothing of the reply.</summary>
internal sealed class HttpHookException(string message, Exception? innerException = null)
    : Exception(message, innerException);
