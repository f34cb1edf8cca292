using CsCheck;

namespace Callgate.Tests;

/// <summary>Choices, generated beforehand: a generator in plain code that still shrinks. Past its end, every choice is the first.</summary>
internal sealed class Tape(byte[] choices)
{
    private int _at;

    public static Gen<byte[]> Gen(int length) => CsCheck.Gen.Byte.Array[length];

    public bool IsAtEnd => _at >= choices.Length;

    /// <summary>A number from 0 to below <paramref name="count"/>, which is at most 256.</summary>
    public int Next(int count) => _at < choices.Length ? choices[_at++] % count : 0;

    public bool Once(int in_) => Next(in_) == in_ - 1;

    public T Pick<T>(params ReadOnlySpan<T> items) => items[Next(items.Length)];
}
