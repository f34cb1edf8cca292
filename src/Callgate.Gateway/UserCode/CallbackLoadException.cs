namespace Callgate.Gateway.UserCode;

/// <summary>A callback can't be loaded. The message is for the gateway's operator: where, what, and what to do about it.</summary>
/// <remarks>It has no inner exception: that might be of a type of the user's code, which would then never unload.</remarks>
internal sealed class CallbackLoadException(string message) : Exception(message);
