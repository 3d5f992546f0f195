namespace Dialer.Silo.Telephony.Sip;

/// <summary>A name and an address with parameters: From, To, Contact, Route, P-Asserted-Identity (RFC 3261 §20.10).</summary>
public sealed record SipNameAddr(string? DisplayName, string Uri, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The dialog's tag; null when there is none.</summary>
    public string? Tag => Parameters.TryGetValue("tag", out var tag) && tag.Length > 0 ? tag : null;

    /// <summary>Null when it cannot be read.</summary>
    public static SipNameAddr? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var open = OpeningBracket(text);
        if (open < 0)
        {
            // without brackets every parameter belongs to the header (RFC 3261 §20)
            var parts = SipText.Split(text, ';');
            return parts.Count == 0 || parts[0].Contains('"', StringComparison.Ordinal) ? null : new(null, parts[0], SipText.Parameters(parts.Skip(1)));
        }

        var close = text.IndexOf('>', open);
        if (close < 0)
        {
            return null;
        }

        var name = text[..open].Trim();
        var after = text[(close + 1)..].Trim();
        return after.Length > 0 && after[0] != ';'
            ? null
            : new(name.Length == 0 ? null : SipText.Unquote(name), text[(open + 1)..close].Trim(), SipText.Parameters(SipText.Split(after, ';')));
    }

    private static int OpeningBracket(string text)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && isQuoted)
            {
                i++;
            }
            else if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (text[i] == '<' && !isQuoted)
            {
                return i;
            }
        }

        return -1;
    }
}
