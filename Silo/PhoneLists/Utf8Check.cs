using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Dialer.Silo.PhoneLists;

/// <summary>Strict UTF-8, checked piece by piece: a character may be cut by the end of a piece.</summary>
internal sealed class Utf8Check
{
    private const int MaxSequence = 4;

    private readonly byte[] cut = new byte[MaxSequence];
    private int cutLength;
    private long lines = 1;

    /// <summary>The line that was being read, from 1; after a refusal, the line with the bad byte.</summary>
    public long Line => lines;

    /// <summary>Whether no character is left half read: what must hold at the end.</summary>
    public bool IsWhole => cutLength == 0;

    /// <summary>False when the bytes cannot be UTF-8.</summary>
    public bool Take(ReadOnlySpan<byte> piece)
    {
        if (!FinishCut(ref piece))
        {
            return false;
        }

        if (cutLength > 0)
        {
            return true;
        }

        var tail = CutTail(piece);
        var whole = piece[..^tail];
        if (!Utf8.IsValid(whole))
        {
            lines += whole[..FirstBad(whole)].Count((byte)'\n');
            return false;
        }

        lines += whole.Count((byte)'\n');
        piece[^tail..].CopyTo(cut);
        cutLength = tail;
        return true;
    }

    private bool FinishCut(ref ReadOnlySpan<byte> piece)
    {
        while (cutLength > 0 && !piece.IsEmpty)
        {
            cut[cutLength++] = piece[0];
            piece = piece[1..];
            var status = Rune.DecodeFromUtf8(cut.AsSpan(0, cutLength), out _, out var used);
            if (status == OperationStatus.InvalidData || (status == OperationStatus.Done && used != cutLength))
            {
                return false;
            }

            cutLength = status == OperationStatus.Done ? 0 : cutLength;
        }

        return true;
    }

    /// <summary>How many bytes at the end are the beginning of a character.</summary>
    private static int CutTail(ReadOnlySpan<byte> piece)
    {
        for (var back = 1; back < MaxSequence && back <= piece.Length; back++)
        {
            if (Rune.DecodeFromUtf8(piece[^back..], out _, out _) == OperationStatus.NeedMoreData)
            {
                return back;
            }
        }

        return 0;
    }

    private static int FirstBad(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out var used) == OperationStatus.Done)
        {
            at += used;
        }

        return at;
    }
}
