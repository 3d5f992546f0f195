using System.Text.Json;

namespace Dialer.Silo.Telephony.Sip;

/// <summary>The end of a leg whose own process is lost, from its name and what was stored when it was answered (P30).</summary>
public sealed partial class SipLeg
{
    /// <summary>What another process needs to hang this leg up; null while it is not answered.</summary>
    public byte[]? Record() => Main is { } dialog
        ? JsonSerializer.SerializeToUtf8Bytes(new LegRecord(dialog.RemoteTag, dialog.To, dialog.RemoteTarget, dialog.Routes, lastCSeq))
        : null;

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
        cseq = lastCSeq = 1;
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
            lastCSeq = stored.CSeq;
            state = LegState.HangingUp;
            SendBye(Main!);
            return;
        }

        state = LegState.Inviting;
        hadProvisional = true;
        Cancel();
    }

    private sealed record LegRecord(string RemoteTag, string To, string RemoteTarget, IReadOnlyList<string> Routes, int CSeq);
}
