namespace Callgate.Gateway;

/// <summary>The gateway can't start as it is configured. The message tells all that is wrong, a line each.</summary>
public sealed class GatewayStartException(string message, Exception? innerException = null)
    : Exception(message, innerException);
