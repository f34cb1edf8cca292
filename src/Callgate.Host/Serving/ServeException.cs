namespace Callgate.Host.Serving;

/// <summary>What was asked for can't be done. The message is for the user.</summary>
internal sealed class ServeException(string message) : Exception(message);
