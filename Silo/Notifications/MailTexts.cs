using System.Globalization;
using System.Resources;

namespace Dialer.Silo.Notifications;

/// <summary>The words of mails: English in <c>MailTexts.resx</c>, Russian in <c>MailTexts.ru.resx</c>.</summary>
internal sealed class MailTexts
{
    public static readonly MailTexts English = new(CultureInfo.InvariantCulture, "yyyy-MM-dd HH:mm");
    public static readonly MailTexts Russian = new(CultureInfo.GetCultureInfo("ru"), "dd.MM.yyyy HH:mm");

    private static readonly ResourceManager Resources = new("Dialer.Silo.Notifications.MailTexts", typeof(MailTexts).Assembly);

    private readonly CultureInfo culture;

    private MailTexts(CultureInfo culture, string instants) => (this.culture, InstantPattern) = (culture, instants);

    /// <summary>How instants are written.</summary>
    public string InstantPattern { get; }

    public string this[string key] => Resources.GetString(key, culture) ?? throw new InvalidOperationException($"no text {key}");

    /// <summary>Null when there is no such text.</summary>
    public string? Find(string key) => Resources.GetString(key, culture);

    public string Of(string key, params object?[] values) => string.Format(culture, this[key], values);

    public string Number(int number) => number.ToString("N0", culture);
}
