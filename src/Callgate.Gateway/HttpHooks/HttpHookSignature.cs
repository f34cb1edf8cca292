using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Callgate.Gateway.HttpHooks;

/// <summary>
/// Signs requests, so that a service knows who sent them: <c>t=1767323045,v1=…</c>, the time in Unix seconds, and the
/// HMAC-SHA256 in lowercase hex of that time, a dot, and the body.
/// </summary>
internal static class HttpHookSignature
{
    public const string Header = "x-callgate-signature";

    public static string Of(ReadOnlySpan<byte> body, string secret, DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes(seconds + "."));
        hmac.AppendData(body);
        return $"t={seconds},v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}";
    }
}
