using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Callgate.Providers.Mock;

/// <summary>Embeddings that mean nothing, but are always the same for a text, differ between texts, and have length 1.</summary>
internal static class MockVector
{
    public static float[] Of(string text, int dimensions)
    {
        var seed = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        var vector = new float[Math.Max(1, dimensions)];
        var state = BinaryPrimitives.ReadUInt64LittleEndian(seed);
        var squares = 0d;
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)((Next(ref state) * 2) - 1);
            squares += (double)vector[i] * vector[i];
        }

        var length = Math.Sqrt(squares);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(vector[i] / length);
        }

        return vector;
    }

    // SplitMix64. System.Random promises no sequence across versions.
    private static double Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }
}
