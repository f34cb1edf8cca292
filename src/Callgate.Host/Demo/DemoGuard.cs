using Callgate.Wire;

namespace Callgate.Host.Demo;

/// <summary>The demo's guard: refuses what mentions a password. It sees every endpoint's calls in one form.</summary>
internal sealed class DemoGuard : CustomLogger
{
    public override ValueTask<HookResult> PreCallHookAsync(
        PreCallContext context,
        CancellationToken cancellationToken
    ) =>
        context.Data is ChatRequest chat
        && chat.Messages.Any(m => m.Text?.Contains("password", StringComparison.OrdinalIgnoreCase) == true)
            ? Reject(403, "Passwords are not to leave this machine.")
            : Continue;
}
