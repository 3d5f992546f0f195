namespace Dialer.Domain.Channels;

/// <summary>
/// The lines of a channel over all campaigns (P39, P43): grants ≤ lines − live − outstanding, shared so that none starves.
/// What a campaign reports is live counts those of its bundles up to the one it calls settled; a bundle stays outstanding until
/// then, or until the live rows were read after its tokens had expired.
/// </summary>
public sealed class LineLedger
{
    /// <summary>A campaign that wanted tokens this recently is taken into account when lines are shared.</summary>
    public static readonly TimeSpan DemandLifetime = TimeSpan.FromSeconds(2);

    private readonly Dictionary<CampaignId, Share> shares = [];

    public int Live => shares.Values.Sum(s => s.Live);

    public int Outstanding => shares.Values.Sum(s => s.OutstandingCount);

    /// <summary>
    /// Takes a campaign's report and what it wants. False: another activation of it, under a later epoch, has reported already;
    /// this one knows neither its calls nor its bundles, and may have no tokens (I5).
    /// </summary>
    public bool Report(CampaignId campaign, int live, long settledBundle, int want, TimeSpan now, long epoch = 0)
    {
        var share = ShareOf(campaign);
        if (epoch < share.Epoch)
        {
            return false;
        }

        share.Epoch = epoch;
        share.Live = live;
        share.Want = want;
        share.ReportedAt = now;
        share.Outstanding.RemoveAll(b => b.Id <= settledBundle);
        return true;
    }

    /// <summary>
    /// How many of the wanted tokens this campaign may have: free lines, less what others are still owed. Of those below their
    /// share the one that was granted longest ago comes first: where lines are fewer than campaigns they take turns (P43).
    /// </summary>
    public int Fair(CampaignId campaign, int lines, int want, TimeSpan now)
    {
        var free = lines - Live - Outstanding;
        if (free <= 0 || want <= 0)
        {
            return 0;
        }

        var own = ShareOf(campaign);
        var rivals = shares.Where(s => s.Key != campaign && s.Value.Want > 0 && now - s.Value.ReportedAt <= DemandLifetime).Select(s => s.Value).ToList();
        var fair = Math.Max(1, lines / (rivals.Count + 1));
        var owed = rivals.Sum(r => Math.Max(0, Math.Min(r.Want, fair - r.InUse)));
        if (own.InUse >= fair)
        {
            return Math.Clamp(free - owed, 0, want);
        }

        var ahead = rivals.Where(r => r.InUse < fair && r.LastBundle < own.LastBundle).Sum(r => Math.Min(r.Want, fair - r.InUse));
        return Math.Clamp(Math.Max(Math.Min(fair - own.InUse, free - ahead), free - owed), 0, want);
    }

    /// <summary>How many campaigns wanted tokens lately.</summary>
    public int Rivals(TimeSpan now) => Math.Max(1, shares.Values.Count(s => s.Want > 0 && now - s.ReportedAt <= DemandLifetime));

    public void Grant(CampaignId campaign, long bundle, int count, TimeSpan now)
    {
        if (count > 0)
        {
            var share = ShareOf(campaign);
            share.Outstanding.Add((bundle, count, now));
            share.LastBundle = bundle;
        }
    }

    /// <summary>
    /// Takes the live rows by campaign, read at <paramref name="readAt"/>: the truth for campaigns that are silent, and for
    /// bundles whose tokens had expired before the read.
    /// </summary>
    public void Reconcile(IReadOnlyDictionary<CampaignId, int> live, TimeSpan readAt, TimeSpan expiry)
    {
        ArgumentNullException.ThrowIfNull(live);
        foreach (var campaign in live.Keys)
        {
            ShareOf(campaign);
        }

        var horizon = readAt - expiry - DemandLifetime;
        foreach (var (campaign, share) in shares)
        {
            share.Outstanding.RemoveAll(b => b.At < horizon);
            if (share.ReportedAt < horizon)
            {
                share.Live = live.GetValueOrDefault(campaign);
            }
        }

        foreach (var gone in shares.Where(s => s.Value.InUse == 0 && s.Value.ReportedAt < horizon).Select(s => s.Key).ToList())
        {
            shares.Remove(gone);
        }
    }

    private Share ShareOf(CampaignId campaign)
    {
        if (!shares.TryGetValue(campaign, out var share))
        {
            shares[campaign] = share = new Share();
        }

        return share;
    }

    private sealed class Share
    {
        public long Epoch { get; set; }

        public int Live { get; set; }

        public int Want { get; set; }

        public TimeSpan ReportedAt { get; set; } = TimeSpan.MinValue / 2;

        /// <summary>The bundle it was granted last; ids rise. 0 = none yet.</summary>
        public long LastBundle { get; set; }

        public List<(long Id, int Count, TimeSpan At)> Outstanding { get; } = [];

        public int OutstandingCount => Outstanding.Sum(b => b.Count);

        public int InUse => Live + OutstandingCount;
    }
}
