using Callgate.Gateway.Configuration.Yaml;

namespace Callgate.Gateway.Configuration;

/// <summary>Reads the lists of callbacks, and the settings of each.</summary>
internal sealed class CallbackReader(ConfigMap root, ConfigMap litellm)
{
    private readonly LoadContext _context = root.Context;
    private readonly List<CallbackReference> _callbacks = [];

    public IReadOnlyList<CallbackReference> Read()
    {
        // In the order of the file: LiteLLM registers them so.
        foreach (var (key, _) in litellm.Node.Entries)
        {
            var events = key.Text switch
            {
                "callbacks" => CallbackEvents.All,
                "input_callback" => CallbackEvents.Input,
                "success_callback" => CallbackEvents.Success,
                "failure_callback" => CallbackEvents.Failure,
                _ => CallbackEvents.None,
            };
            if (events != CallbackEvents.None)
            {
                ReadList(key.Text, events);
            }
        }

        return AddSettings();
    }

    private void ReadList(string list, CallbackEvents events)
    {
        foreach (var (node, path) in litellm.Items(list, orOne: true))
        {
            if (litellm.ItemText(node, path) is not { } name)
            {
                continue;
            }

            var known = _callbacks.FindIndex(c => c.Name == name);
            if (known < 0)
            {
                _callbacks.Add(new CallbackReference(name, events, null, node.File, node.Line, node.Column, path));
            }
            else
            {
                // The same one, for more events: LiteLLM calls it once for each, too.
                _callbacks[known] = _callbacks[known] with
                {
                    Events = _callbacks[known].Events | events,
                };
            }
        }
    }

    private List<CallbackReference> AddSettings()
    {
        if (root.Map("callback_settings") is not { } settings)
        {
            return _callbacks;
        }

        foreach (var entry in settings.Node.Entries)
        {
            var (name, value) = entry;
            var path = settings.PathOf(entry);
            var callback = _callbacks.FindIndex(c => c.Name == name.Text);
            if (callback < 0)
            {
                const string unlisted = "is in no list of callbacks in litellm_settings";
                if (value is MapNode map && map.Find("callback_type") is ScalarNode { Text: CallbackLoader.HttpHook })
                {
                    // It may be a guard, which must not be off because of a slip.
                    _context.Error(name, path, $"{unlisted}, so the service would never be called.");
                }
                else
                {
                    _context.Warn(name, path, $"{unlisted}: it has no effect.");
                }
            }
            else if (settings.Find(name.Text) is not (null or MapNode))
            {
                _context.Error(value, path, $"must be a map, not {value.Kind}.");
            }
            else if (value is MapNode)
            {
                _callbacks[callback] = _callbacks[callback] with { Settings = NodeJson.Of(value, path, _context) };
            }
        }

        return _callbacks;
    }
}
