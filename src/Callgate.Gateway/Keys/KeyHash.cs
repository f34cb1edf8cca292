using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Callgate.Gateway.Keys;

/// <summary>A key's SHA-256: what keys are found by, and all that is kept of them.</summary>
internal readonly record struct KeyHash
{
    /// <summary>More characters than any key has; a longer one is no key, and isn't hashed.</summary>
    public const int LongestKey = 512;

    private readonly UInt128 _first;
    private readonly UInt128 _second;

    private KeyHash(ReadOnlySpan<byte> hash)
    {
        _first = MemoryMarshal.Read<UInt128>(hash);
        _second = MemoryMarshal.Read<UInt128>(hash[16..]);
    }

    /// <summary>The hash of a key; false where it is too long to be one.</summary>
    public static bool TryCompute(ReadOnlySpan<char> key, out KeyHash hash)
    {
        hash = default;
        if (key.Length > LongestKey)
        {
            return false;
        }

        Span<byte> utf8 = stackalloc byte[3 * LongestKey];
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(key, utf8)], sha);
        hash = new(sha);
        return true;
    }

    /// <summary>Reads 64 digits in lowercase hex.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out KeyHash hash)
    {
        hash = default;
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        if (
            hex.Length != 2 * sha.Length
            || hex.ContainsAnyInRange('A', 'F')
            || Convert.FromHexString(hex, sha, out _, out _) != OperationStatus.Done
        )
        {
            return false;
        }

        hash = new(sha);
        return true;
    }

    /// <summary>Whether they are the same, in a time that doesn't tell how alike they are.</summary>
    public bool FixedTimeEquals(in KeyHash other) =>
        CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(new ReadOnlySpan<KeyHash>(in this)),
            MemoryMarshal.AsBytes(new ReadOnlySpan<KeyHash>(in other))
        );

    /// <inheritdoc />
    public override int GetHashCode() => (int)_first;

    /// <summary>In lowercase hex, as LiteLLM stores it.</summary>
    public override string ToString() =>
        Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<KeyHash>(in this)));
}
