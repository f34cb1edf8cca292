using System.Diagnostics.CodeAnalysis;

namespace Callgate.Calls;

/// <summary>A call's time limits and its caller's token, behind one token. Not thread-safe but for the token.</summary>
internal sealed class CallClock : IAbortable, IDisposable
{
    private readonly TimeProvider _time;
    private volatile CancellationTokenSource _source;
    private CancellationTokenRegistration _caller;
    private readonly CancellationToken _callerToken;
    private readonly long _start;
    private readonly TimeSpan _total;
    private volatile string? _ended;
    private string _limit = "total";
    private TimeSpan _limitLength;

    public CallClock(TimeProvider time, TimeSpan total, CancellationToken callerToken)
    {
        _time = time;
        _total = _limitLength = total;
        _start = time.GetTimestamp();
        _callerToken = callerToken;
        Start(total);
    }

    /// <summary>Cancelled by the caller, by a time limit, or from outside.</summary>
    public CancellationToken Token => _source.Token;

    public CancellationToken CallerToken => _callerToken;

    /// <summary>Whether the call was ended from outside.</summary>
    public bool IsAborted => _ended is not null;

    /// <summary>Why it was.</summary>
    public string EndedBy => _ended ?? "";

    public bool IsCallerCancelled => _callerToken.IsCancellationRequested;

    /// <summary>What is left of the total.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = _total - _time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Which limit would have fired, in words.</summary>
    public string Limit => $"{_limit} limit of {_limitLength.TotalSeconds:0.###} s";

    /// <summary>Sets the limit of the step that begins; the total stays.</summary>
    public void Arm(string name, TimeSpan? limit)
    {
        var remaining = Remaining;
        (_limit, _limitLength) = limit is { } length && length < remaining ? (name, length) : ("total", _total);
        _source.CancelAfter(limit is { } step && step < remaining ? step : remaining);
    }

    /// <summary>Ends the limit of the step that is over; the total stays.</summary>
    public void Disarm() => Arm("total", null);

    /// <summary>For the next attempt: ends the limit of the one before, and makes the token usable again where that has fired.</summary>
    public void Renew()
    {
        Disarm();
        if (_source.IsCancellationRequested && !IsCallerCancelled && !IsAborted && Remaining > TimeSpan.Zero)
        {
            Release();
            (_limit, _limitLength) = ("total", _total);
            Start(Remaining);
            if (IsAborted)
            {
                // Meanwhile, with the source of before.
                _source.Cancel();
            }
        }
    }

    [MemberNotNull(nameof(_source))]
    private void Start(TimeSpan delay)
    {
        _source = new CancellationTokenSource(delay, _time);
        _caller = _callerToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _source);
    }

    private void Release()
    {
        _caller.Dispose();
        _source.Dispose();
    }

    /// <summary>Ends the call from outside: whatever waits on the token stops waiting. Safe at any time, from any thread.</summary>
    public void Abort() => Abort(Failures.EndedFromOutside);

    public void Abort(string reason)
    {
        _ended ??= reason;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call's own thread was faster.
        }
    }

    public void Dispose() => Release();
}

/// <summary>What a call waits for, and can be made to stop waiting for.</summary>
internal interface IAbortable
{
    /// <summary>Safe at any time, from any thread, more than once.</summary>
    void Abort();
}
