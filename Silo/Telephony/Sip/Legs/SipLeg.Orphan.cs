using System.Text.Json;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The end of a leg whose own process is lost, from its name and what was stored when it was answered (P30).</summary>
internal sealed partial class SipLeg
{
    /// <summary>
    /// INVITEs that a leg may have sent to a target: the first, those that answer challenges, a longer session, and those to the
    /// targets before. Which of them the far side has is not known, so all are cancelled.
    /// </summary>
    private const int PossibleInvites = 4;

    private bool isOrphan;

    /// <summary>What another process needs to hang this leg up; null while it is not answered.</summary>
    public byte[]? Record() => Main is { } dialog
        ? JsonSerializer.SerializeToUtf8Bytes(new LegRecord(dialog.RemoteTag, dialog.To, dialog.RemoteTarget, dialog.Routes, lastCSeq, realms.Count == 0 ? null : [.. realms]))
        : null;

    /// <exception cref="JsonException">It is none of ours.</exception>
    public static void CheckRecord(byte[]? record) => _ = record is null ? null : JsonSerializer.Deserialize<LegRecord>(record);

    /// <summary>
    /// Instead of <see cref="Start"/>: ends a leg that another process began. Answered ones get BYE, ringing ones CANCEL; a far side
    /// that knows no such call says so with 481, and that is the end too.
    /// </summary>
    /// <param name="record">What <see cref="Record"/> answered there; null if it was not answered.</param>
    public void EndOrphaned(byte[]? record)
    {
        if (state != LegState.New)
        {
            throw new InvalidOperationException("A leg is started once.");
        }

        isOrphan = true;
        if (record is not null && JsonSerializer.Deserialize<LegRecord>(record) is { } stored)
        {
            dialogs.Add(new SipDialog
            {
                RemoteTag = stored.RemoteTag,
                To = stored.To,
                RemoteTarget = stored.RemoteTarget,
                Routes = stored.Routes,
                CSeq = stored.CSeq,
            });
            realms.UnionWith(stored.Realms ?? []);
            // requests of the lost process that came after the record: sessions it refreshed or moved
            lastCSeq = stored.CSeq + LostRequests;
            state = LegState.HangingUp;
            SendBye(Main!);
            return;
        }

        state = LegState.Inviting;
        (hadProvisional, isCancelWanted, isCancelSent) = (true, true, true);
        var possible = PossibleInvites + (2 * (host.AllHops.Count - 1));
        cseq = lastCSeq = possible;
        cancelledAt = host.Now + SipTimers.Timeout;
        foreach (var hop in host.AllHops)
        {
            for (var number = 1; number <= possible; number++)
            {
                SendCancel(number, "", hop);
            }
        }
    }

    /// <summary>CSeq may have risen so far since the record was written.</summary>
    private const int LostRequests = 1_000;

    /// <summary>Every CANCEL was answered: there was no such call, or its end is under way, and what comes of it is acknowledged while the leg lingers.</summary>
    private void OrphanCancelled(ClientTransaction request)
    {
        if (Main is null && !isOrphanSilent && requests.All(r => r == request || r.Method != SipMethods.Cancel))
        {
            End(new LegEndFacts(LegEnd.Cancelled));
        }
    }

    private bool isOrphanSilent;

    private sealed record LegRecord(string RemoteTag, string To, string RemoteTarget, IReadOnlyList<string> Routes, int CSeq, IReadOnlyList<string>? Realms = null);
}
