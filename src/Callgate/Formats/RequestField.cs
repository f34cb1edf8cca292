namespace Callgate.Formats;

/// <summary>A field at the top of a request's body: its name, and where its bytes stand.</summary>
/// <param name="Name">The name, unescaped.</param>
/// <param name="Start">Where the name's quote begins.</param>
/// <param name="ValueStart">Where the value begins.</param>
/// <param name="End">Where the value ends.</param>
internal readonly record struct RequestField(string Name, int Start, int ValueStart, int End);
