using Callgate.Gateway.Configuration;

namespace Callgate.Gateway;

/// <summary>Sets a config's variables for this process: providers and callbacks look for their keys there. Thread-safe.</summary>
internal sealed class ProcessVariables
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string?> _own = new(StringComparer.Ordinal);

    /// <summary>Sets these, and puts back what others that were set before have hidden.</summary>
    public void Set(ConfigVariables variables)
    {
        lock (_lock)
        {
            foreach (var (name, own) in _own.Where(v => !variables.Values.ContainsKey(v.Key)).ToList())
            {
                Environment.SetEnvironmentVariable(name, own);
                _own.Remove(name);
            }

            foreach (var (name, value) in variables.Values)
            {
                _own.TryAdd(name, Environment.GetEnvironmentVariable(name));
                Environment.SetEnvironmentVariable(name, value);
            }
        }
    }

    /// <summary>A variable as it is without any config.</summary>
    public string? Own(string name, Func<string, string?> environment)
    {
        lock (_lock)
        {
            return _own.TryGetValue(name, out var own) ? own : environment(name);
        }
    }
}
