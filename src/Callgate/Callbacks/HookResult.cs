using Callgate.Wire;

namespace Callgate;

/// <summary>What an interceptor decided. The default is to continue unchanged. Made by the protected members of <see cref="CustomLogger"/>.</summary>
public readonly struct HookResult : IEquatable<HookResult>
{
    private HookResult(HookDecision decision, object? value)
    {
        Decision = decision;
        Value = value;
    }

    /// <summary>The decision.</summary>
    public HookDecision Decision { get; }

    /// <summary>The replacement, the answer, or the <see cref="RejectException"/>.</summary>
    public object? Value { get; }

    internal static HookResult Replace(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new HookResult(HookDecision.Replace, value);
    }

    internal static HookResult Answer(LlmResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return new HookResult(HookDecision.Answer, response);
    }

    internal static HookResult Reject(RejectException exception) => new(HookDecision.Reject, exception);

    /// <summary>Lets a plain override return the result as it is.</summary>
    public static implicit operator ValueTask<HookResult>(HookResult result) => ValueTask.FromResult(result);

    /// <inheritdoc />
    public bool Equals(HookResult other) => Decision == other.Decision && ReferenceEquals(Value, other.Value);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is HookResult other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Decision, Value);

    /// <summary>Whether both are the same decision with the same value.</summary>
    public static bool operator ==(HookResult left, HookResult right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(HookResult left, HookResult right) => !left.Equals(right);

    /// <summary>The decision's name.</summary>
    public override string ToString() => Decision.ToString();
}

/// <summary>The decisions of an interceptor.</summary>
public enum HookDecision
{
    /// <summary>Go on unchanged.</summary>
    Continue,

    /// <summary>Go on with the value in place of what the hook was given.</summary>
    Replace,

    /// <summary>Refuse the call.</summary>
    Reject,

    /// <summary>Answer the call without a provider.</summary>
    Answer,
}
