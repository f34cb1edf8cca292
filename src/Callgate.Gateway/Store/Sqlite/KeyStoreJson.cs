using System.Text.Json.Serialization;

namespace Callgate.Gateway.Store.Sqlite;

[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class KeyStoreJson : JsonSerializerContext;
