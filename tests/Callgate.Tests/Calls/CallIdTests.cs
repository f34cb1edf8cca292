using Callgate.Calls;

namespace Callgate.Tests.Calls;

public class CallIdTests
{
    [Fact]
    public void Ids_are_uuids_of_version_7_that_carry_their_time_and_never_come_twice()
    {
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var ids = Enumerable.Range(0, 1000).Select(_ => CallIds.New()).ToList();
        var after = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
        // What is left when the time is taken away is random: it doesn't come twice either.
        Assert.Equal(ids.Count, ids.Select(id => id[19..]).Distinct(StringComparer.Ordinal).Count());
        Assert.All(
            ids,
            text =>
            {
                var id = Guid.Parse(text);
                Assert.Equal(7, id.Version);
                Assert.InRange(id.Variant, 8, 11);
                Assert.InRange(
                    Convert.ToInt64(text.Replace("-", "", StringComparison.Ordinal)[..12], 16),
                    before,
                    after
                );
            }
        );
    }
}
