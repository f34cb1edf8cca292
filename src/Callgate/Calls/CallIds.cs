using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Callgate.Calls;

/// <summary>Ids of calls: UUIDs of version 7, which sort by time. The system is asked for randomness for many at once: asking costs more than the rest.</summary>
internal static class CallIds
{
    private const int RandomBytes = 10;
    private const int AtOnce = 64;

    [ThreadStatic]
    private static byte[]? t_random;

    [ThreadStatic]
    private static int t_left;

    public static string New()
    {
        var random = t_random ??= new byte[RandomBytes * AtOnce];
        if (t_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            t_left = AtOnce;
        }

        var own = random.AsSpan(--t_left * RandomBytes, RandomBytes);
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() << 16);
        own.CopyTo(id[6..]);
        id[6] = (byte)(0x70 | id[6] & 0x0F);
        id[8] = (byte)(0x80 | id[8] & 0x3F);
        // What has gone out is not kept.
        own.Clear();
        return new Guid(id, bigEndian: true).ToString();
    }
}
