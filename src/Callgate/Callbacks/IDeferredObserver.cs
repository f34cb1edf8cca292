namespace Callgate;

/// <summary>An observer that takes events now and tells their hub later what became of them: until then they are pending.</summary>
internal interface IDeferredObserver
{
    /// <summary>Its name in diagnostics.</summary>
    string Name { get; }

    /// <summary>Takes an event. From here on it is the observer's to count, once, with the hub.</summary>
    void Take(ObserverEvent observerEvent, ObserverHub hub);

    /// <summary>Somebody waits for what is held: it goes out now, as do further events while <see cref="ObserverHub.IsFlushing"/>.</summary>
    void Flush();
}
