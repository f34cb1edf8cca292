using System.Runtime.CompilerServices;
using Callgate.Calls;
using Callgate.Providers;
using Callgate.Routing;
using Microsoft.Extensions.Logging;

namespace Callgate;

/// <summary>What all calls of one client share: its handlers, routes, prices, connections, and the calls that are open. Thread-safe.</summary>
internal sealed class ClientRuntime : IDisposable
{
    private readonly CallbackList[] _functions;
    private readonly HashSet<Registration> _reported = [];
    private readonly ConditionalWeakTable<CustomLogger, Registration> _perCall = [];
    private readonly Lock _lock = new();
    private CallbackList _callbacks;
    private CallbackSet? _set;
    private int _disposed;

    public ClientRuntime(LlmClientOptions options)
    {
        Options = OptionsCheck.Validated(options);
        Time = options.TimeProvider;
        Prices = options.Prices;
        Logger = (options.LoggerFactory ?? StderrLoggerFactory.Instance).CreateLogger("Callgate");
        Hub = new ObserverHub(options.MaxPendingEvents, Logger);
        Router = new Router(options);
        Http = new HttpTransport(options.HttpMessageHandler, options.ConnectTimeout);
        Pipeline = new CallPipeline(this);
        Streams = new StreamSweeper(this);
        _callbacks = options.Callbacks;
        _functions = [options.InputCallbacks.List, options.SuccessCallbacks.List, options.FailureCallbacks.List];
        foreach (var list in _functions.Append(_callbacks))
        {
            Watch(list);
        }

        ProcessExit.Add(this);
    }

    public LlmClientOptions Options { get; }
    public TimeProvider Time { get; }
    public PriceCatalogue Prices { get; }
    public ILogger Logger { get; }
    public ObserverHub Hub { get; }
    public Router Router { get; }
    public HttpTransport Http { get; }
    public CallPipeline Pipeline { get; }
    public OpenCalls OpenCalls { get; } = new();
    public StreamSweeper Streams { get; }

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public CallbackList Callbacks
    {
        get => _callbacks;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Unwatch(_callbacks);
            _callbacks = value;
            Watch(value);
            OnChanged();
        }
    }

    /// <summary>
    /// Puts a handler in the place of another, for calls that begin from now on. The task completes once the old one has
    /// seen the last of the calls that began before.
    /// </summary>
    public Task ReplaceAsync(CustomLogger current, CustomLogger next, CancellationToken cancellationToken = default)
    {
        var gone = _functions.Append(_callbacks).SelectMany(l => l.Replace(current, next)).ToList();
        return HandlerDrain.WaitAsync(this, current, gone, cancellationToken);
    }

    /// <summary>The handlers of a call that begins now.</summary>
    public CallbackSet CallbacksFor(CallOptions options)
    {
        var set = _set ?? MakeSet();
        return options.Callbacks.Count == 0 ? set : set.And(options.Callbacks.Select(RegistrationOf));
    }

    // One queue per handler, however many calls it comes along with: it is never called twice at once.
    private Registration RegistrationOf(CustomLogger handler) =>
        _perCall.GetValue(
            handler,
            h =>
            {
                var registration = new Registration(h, new CallbackOptions());
                RegistrationDiagnostics.Report(registration, isGateway: Options.IsGateway, Logger);
                return registration;
            }
        );

    private CallbackSet MakeSet()
    {
        lock (_lock)
        {
            if (_set is { } made)
            {
                return made;
            }

            var registrations = AllRegistrations().Where(r => !IsAmongCallbacks(r)).ToList();
            foreach (var registration in registrations.Where(_reported.Add))
            {
                RegistrationDiagnostics.Report(registration, isGateway: Options.IsGateway, Logger);
            }

            return _set = new CallbackSet(registrations);
        }
    }

    /// <summary>A handler in a list for one kind of event, that sees all kinds already.</summary>
    private bool IsAmongCallbacks(Registration registration)
    {
        if (
            registration.Handler is not OneEventLogger one
            || !Array.Exists(_callbacks.Snapshot, r => ReferenceEquals(r.Handler, one.Inner))
        )
        {
            return false;
        }

        if (_reported.Add(registration))
        {
            OnDuplicate(registration.Name);
        }

        return true;
    }

    private void OnChanged()
    {
        lock (_lock)
        {
            _set = null;
            // Handlers that are gone are forgotten, also where no call follows: their code may be about to be unloaded.
            _reported.IntersectWith(AllRegistrations());
        }
    }

    private IEnumerable<Registration> AllRegistrations() => _functions.Prepend(_callbacks).SelectMany(l => l.Snapshot);

    private void OnDuplicate(string name) => RegistrationDiagnostics.ReportDuplicate(name, Logger);

    private void Watch(CallbackList list)
    {
        list.Changed += OnChanged;
        list.Duplicate += OnDuplicate;
    }

    private void Unwatch(CallbackList list)
    {
        list.Changed -= OnChanged;
        list.Duplicate -= OnDuplicate;
    }

    /// <summary>Ends whatever is still open, as the client or the process goes away.</summary>
    public void TerminateOpenCalls(string reason, bool abort = true)
    {
        foreach (var call in OpenCalls.ToList())
        {
            Pipeline.Close(
                call,
                CallOutcome.Terminated,
                null,
                LlmException.Create(
                    LlmErrorKind.Connection,
                    reason,
                    new ErrorFacts(Model: call.ModelGroup, IsRetryable: false)
                )
            );
            if (abort)
            {
                call.Upstream?.Abort();
            }
        }
    }

    /// <summary>Lets go of everything but what observers have yet to see; false where that was done before.</summary>
    public bool TryStop()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return false;
        }

        TerminateOpenCalls("The client was disposed in mid-call.");
        foreach (var list in _functions.Append(_callbacks))
        {
            Unwatch(list);
        }

        ProcessExit.Remove(this);
        Streams.Dispose();
        return true;
    }

    public void Dispose()
    {
        Http.Dispose();
        Hub.Dispose();
    }
}
