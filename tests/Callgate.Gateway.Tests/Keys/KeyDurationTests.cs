using Callgate.Gateway.Keys;
using CsCheck;

namespace Callgate.Gateway.Tests.Keys;

public class KeyDurationTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("30s", "2026-01-31T12:00:30Z")]
    [InlineData("30m", "2026-01-31T12:30:00Z")]
    [InlineData("30min", "2026-01-31T12:30:00Z")]
    [InlineData("30h", "2026-02-01T18:00:00Z")]
    [InlineData("30d", "2026-03-02T12:00:00Z")]
    [InlineData("2w", "2026-02-14T12:00:00Z")]
    [InlineData("1mo", "2026-02-28T12:00:00Z")]
    [InlineData("-1", null)]
    public void Durations_AreAdded(string duration, string? end)
    {
        Assert.True(KeyDuration.TryAdd(duration, s_now, out var expires));
        Assert.Equal(end is null ? null : DateTimeOffset.Parse(end, null), expires);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("d")]
    [InlineData("0d")]
    [InlineData("-2d")]
    [InlineData("1.5h")]
    [InlineData(" 1h")]
    [InlineData("1 h")]
    [InlineData("1H")]
    [InlineData("1y")]
    [InlineData("1h30m")]
    [InlineData("99999999999d")]
    [InlineData("2147483647w")]
    [InlineData("2147483647mo")]
    [InlineData("٣d")]
    public void OtherTexts_AreNoDuration(string duration) => Assert.False(KeyDuration.TryAdd(duration, s_now, out _));

    [Fact]
    public void TwoHalves_MakeTheWhole()
    {
        var unit = Gen.Char["smhdw"];
        Gen.Select(Gen.Int[1, 10_000], Gen.Int[1, 10_000], unit)
            .Sample(
                (a, b, u) =>
                    KeyDuration.TryAdd($"{a}{u}", s_now, out var first)
                    && KeyDuration.TryAdd($"{b}{u}", first!.Value, out var second)
                    && KeyDuration.TryAdd($"{a + b}{u}", s_now, out var whole)
                    && second == whole
                    && first > s_now
            );
    }

    [Fact]
    public void AnyText_IsTakenOrRefused_AndNeverThrows() =>
        Gen.String.Sample(text =>
            !KeyDuration.TryAdd(text, s_now, out var expires) || expires is null || expires > s_now
        );
}
