using Dialer.Grains.Common;
using Dialer.Grains.Silos;
using Dialer.Silo.Hosting;
using Orleans.Runtime;

namespace Dialer.Silo.Recovery;

/// <summary>Who is there and who is gone, by Orleans' membership and the store's register of processes.</summary>
internal sealed class SiloRoster(
    IClusterMembershipService membership,
    ISiloStore store,
    ISiloIdentity self,
    DialerOptions options,
    TimeProvider clock)
{
    /// <summary>
    /// A registered process that membership does not list is gone only when it has been silent this long: it may be about to join.
    /// </summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(2);

    /// <summary>One of the active silos does what only one needs to do.</summary>
    public bool IsFirst => Active().Min(StringComparer.Ordinal) is var first && (first is null || first == self.Address);

    public async Task<IReadOnlyList<SiloRow>> ReadGoneAsync()
    {
        var members = membership.CurrentSnapshot.Members;
        var now = clock.Now();
        return [.. (await store.ListAsync()).Where(s => s.Id != self.Number && IsGone(s, members, now))];
    }

    private bool IsGone(SiloRow silo, IReadOnlyDictionary<SiloAddress, ClusterMember> members, UnixTime now)
    {
        if (!options.Cluster)
        {
            // the data lock says that no other process has this data
            return true;
        }

        return members.TryGetValue(SiloAddress.FromParsableString(silo.Address), out var member)
            ? member.Status == SiloStatus.Dead
            : now - silo.SeenAt > SilenceLimit;
    }

    private IEnumerable<string> Active() => membership.CurrentSnapshot.Members.Values
        .Where(m => m.Status == SiloStatus.Active)
        .Select(m => m.SiloAddress.ToParsableString());
}
