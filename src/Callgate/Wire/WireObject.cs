using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>A JSON object of the wire: typed where Callgate looks, lossless everywhere. Immutable.</summary>
public abstract record WireObject
{
    private ExtraFields? _extra;

    /// <summary>Every field that is not typed; it goes on to the provider, or came from it, as it is. A field that has a property of its own is not kept here: set the property.</summary>
    [JsonIgnore]
    public ExtraFields? AdditionalProperties
    {
        get => _extra;
        init => _extra = TypedFields.Without(value, GetType());
    }

    /// <summary>The same, for the JSON deserializer, which can't fill extension data through an init accessor.</summary>
    [JsonInclude]
    [JsonExtensionData]
    internal ExtraFields? ExtensionData
    {
        get => _extra;
        set => _extra = value;
    }
}
