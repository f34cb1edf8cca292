namespace Callgate;

/// <summary>Marks a hook that only the gateway calls. The analyzers look for it by name.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GatewayOnlyAttribute : Attribute;
