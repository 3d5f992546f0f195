namespace Dialer.Domain.Channels;

/// <summary>
/// The lines and the rate of a channel over all campaigns (P39, P43): grants ≤ lines − live − outstanding, shared so that none starves.
/// What a campaign reports is live counts those of its bundles up to the one it calls settled; a bundle stays outstanding until
/// then, or until the live rows were read after its tokens had expired.
/// </summary>
public sealed class LineLedger
{
    /// <summary>A campaign that wanted tokens this recently is taken into account when lines are shared.</summary>
    public static readonly TimeSpan DemandLifetime = TimeSpan.FromSeconds(2);

    /// <summary>Longer than any window of the rate.</summary>
    private static readonly TimeSpan StartsKept = TimeSpan.FromSeconds(3);

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
        var own = ShareOf(campaign);
        return Part(lines, lines - Live - Outstanding, want, own, RivalsOf(own, now), s => s.InUse);
    }

    /// <summary>
    /// How many of these tokens this campaign may start now, where the rate leaves so many: shared and taken in turns as the lines are,
    /// by what each was granted within the window of the rate. Whoever could not use its turn for want of a line is owed none.
    /// </summary>
    /// <param name="campaign">Who asks.</param>
    /// <param name="perSecond">The rate.</param>
    /// <param name="available">What is left of it.</param>
    /// <param name="window">Over what it is counted.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="want">What the lines leave of what it wants.</param>
    /// <param name="now">When.</param>
    public int FairStarts(CampaignId campaign, int perSecond, int available, TimeSpan window, int lines, int want, TimeSpan now)
    {
        var own = ShareOf(campaign);
        var rivals = RivalsOf(own, now);
        var fair = Math.Max(1, lines / (rivals.Count + 1));
        var spare = lines - Live - Outstanding - rivals.Append(own).Sum(r => Math.Max(0, Math.Min(r.Want, fair - r.InUse)));
        return Part(perSecond, available, want, own, [.. rivals.Where(r => r.InUse < fair || spare > 0)], s => s.Started(now - window));
    }

    /// <summary>Campaigns below their equal part come first, and of those the one that was granted longest ago; the others take what nobody is owed.</summary>
    private static int Part(int all, int free, int want, Share own, IReadOnlyList<Share> rivals, Func<Share, int> has)
    {
        if (free <= 0 || want <= 0)
        {
            return 0;
        }

        var fair = Math.Max(1, all / (rivals.Count + 1));
        var owed = rivals.Sum(r => Math.Max(0, Math.Min(r.Want, fair - has(r))));
        if (has(own) >= fair)
        {
            return Math.Clamp(free - owed, 0, want);
        }

        var ahead = rivals.Where(r => has(r) < fair && r.LastBundle < own.LastBundle).Sum(r => Math.Min(r.Want, fair - has(r)));
        return Math.Clamp(Math.Max(Math.Min(fair - has(own), free - ahead), free - owed), 0, want);
    }

    /// <summary>The others that wanted tokens lately.</summary>
    private List<Share> RivalsOf(Share own, TimeSpan now) =>
        [.. shares.Values.Where(s => s != own && s.Want > 0 && now - s.ReportedAt <= DemandLifetime)];

    public void Grant(CampaignId campaign, long bundle, int count, TimeSpan now)
    {
        if (count > 0)
        {
            var share = ShareOf(campaign);
            share.Outstanding.Add((bundle, count, now));
            share.LastBundle = bundle;
            share.Start(count, now);
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

        private readonly Queue<(TimeSpan At, int Count)> starts = new();

        public void Start(int count, TimeSpan now)
        {
            while (starts.TryPeek(out var oldest) && now - oldest.At > StartsKept)
            {
                starts.Dequeue();
            }

            starts.Enqueue((now, count));
        }

        public int Started(TimeSpan since) => starts.Where(s => s.At >= since).Sum(s => s.Count);

        public int OutstandingCount => Outstanding.Sum(b => b.Count);

        public int InUse => Live + OutstandingCount;
    }
}
