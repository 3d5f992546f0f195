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
            // without brackets every parameter belongs to the header, and no headers may follow the URI (RFC 3261 §20)
            var parts = SipText.Split(text, ';');
            return parts.Count == 0 || !IsUri(parts[0]) || parts[0].AsSpan().ContainsAny('"', '?')
                ? null
                : new(null, parts[0], SipText.Parameters(parts.Skip(1)));
        }

        var close = text.IndexOf('>', open);
        if (close < 0)
        {
            return null;
        }

        var name = text[..open].Trim();
        var uri = text[(open + 1)..close].Trim();
        var after = text[(close + 1)..].Trim();
        return !IsUri(uri) || (after.Length > 0 && after[0] != ';')
            ? null
            : new(name.Length == 0 ? null : SipText.Unquote(name), uri, SipText.Parameters(SipText.Split(after, ';')));
    }

    /// <summary>Something that may be written into a first line: no blanks, no controls. Of which scheme is not asked here.</summary>
    private static bool IsUri(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyInRange('\0', ' ');

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
