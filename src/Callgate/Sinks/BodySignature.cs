using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Callgate.Sinks;

/// <summary>
/// Signs what is sent, so that its receiver can tell who sent it, and when: <c>t=UNIX_SECONDS,v1=HEX</c>, the HMAC-SHA256
/// of the time, a dot and the body, under a secret that both know.
/// </summary>
internal sealed class BodySignature
{
    public const string Header = "x-callgate-signature";

    private readonly byte[] _secret;

    public BodySignature(string secret)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(secret);
        _secret = Encoding.UTF8.GetBytes(secret);
    }

    public string Of(ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var time = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        hmac.AppendData(Encoding.ASCII.GetBytes(time));
        hmac.AppendData("."u8);
        hmac.AppendData(body);
        return $"t={time},v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}";
    }
}
