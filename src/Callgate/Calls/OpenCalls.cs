namespace Callgate.Calls;

/// <summary>The calls of a client that have begun and not ended. What is still here when the client, or the process, goes away ends as terminated.</summary>
internal sealed class OpenCalls
{
    private readonly Lock _lock = new();
    private Call? _first;

    public int Count { get; private set; }

    public void Add(Call call)
    {
        lock (_lock)
        {
            call.Next = _first;
            if (_first is not null)
            {
                _first.Previous = call;
            }

            _first = call;
            Count++;
        }
    }

    public void Remove(Call call)
    {
        lock (_lock)
        {
            if (call.Previous is not null)
            {
                call.Previous.Next = call.Next;
            }
            else if (ReferenceEquals(_first, call))
            {
                _first = call.Next;
            }
            else
            {
                return; // was never added
            }

            if (call.Next is not null)
            {
                call.Next.Previous = call.Previous;
            }

            call.Next = call.Previous = null;
            Count--;
        }
    }

    public List<Call> ToList()
    {
        lock (_lock)
        {
            var calls = new List<Call>(Count);
            for (var call = _first; call is not null; call = call.Next)
            {
                calls.Add(call);
            }

            return calls;
        }
    }
}
