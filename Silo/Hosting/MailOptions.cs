using System.Net;
using Dialer.Domain.Notifications;

namespace Dialer.Silo.Hosting;

/// <summary>How the way to the mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>TLS from the first byte on port 465; else STARTTLS where the server offers it. A password never goes unencrypted.</summary>
    Auto = 0,

    /// <summary>Never encrypted: for a server on this machine.</summary>
    None = 1,

    /// <summary>STARTTLS, or nothing is sent.</summary>
    StartTls = 2,

    /// <summary>TLS from the first byte.</summary>
    Tls = 3,
}

/// <summary>Languages of a mail; <c>Both</c> = Russian, then English.</summary>
public enum MailLanguage
{
    Ru = 0,
    En = 1,
    Both = 2,
}

/// <summary>The mail server for notifications (P17), under <c>Dialer:Mail</c>. Without a host mails wait.</summary>
public sealed class MailOptions
{
    public string? Host { get; set; }

    /// <summary>0 = the usual one: 465 with <c>Tls</c>, 25 with <c>None</c>, else 587.</summary>
    public int Port { get; set; }

    public MailSecurity Security { get; set; }

    /// <summary>Null = the server asks for no password.</summary>
    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>File whose first line is the password: keeps it out of the environment and the command line.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>The sender's address.</summary>
    public string? From { get; set; }

    /// <summary>Null = Russian for organisations of RU, BY and KZ, else English.</summary>
    public MailLanguage? Language { get; set; }

    /// <summary>Where people reach this installation, for links in mails: <c>https://dialer.example.com</c>.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>PEM file of certificate authorities to trust instead of the system's.</summary>
    public string? CaFile { get; set; }

    public bool IsConfigured => !string.IsNullOrWhiteSpace(Host);

    public int PortInUse => Port != 0 ? Port : Security switch { MailSecurity.Tls => 465, MailSecurity.None => 25, _ => 587 };

    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    public MailLanguage LanguageFor(string country) => Language ?? (country is "RU" or "BY" or "KZ" ? MailLanguage.Ru : MailLanguage.En);

    /// <summary>The first fault, with the setting's name and how to mend it; null = none.</summary>
    public string? Fault()
    {
        if (!IsConfigured)
        {
            return From is null && Username is null && PasswordFile is null && Password is null
                ? null
                : "Dialer:Mail:Host is not set, but other settings of Dialer:Mail are: give the mail server's name, or leave them out too.";
        }

        return this switch
        {
            { Host: var host } when Uri.CheckHostName(host) == UriHostNameType.Unknown => $"Dialer:Mail:Host: '{host}' is no host name or address.",
            { Port: < 0 or > 65_535 } => "Dialer:Mail:Port is 1 to 65535, or 0 for the usual one.",
            { From: var from } when !MailAddresses.IsAddress(from) => "Dialer:Mail:From is the sender's address, for example dialer@example.com.",
            { Password: not null, PasswordFile: not null } => "Dialer:Mail:Password and Dialer:Mail:PasswordFile are both set: keep one.",
            { Username: null } when Password is not null || PasswordFile is not null => "Dialer:Mail:Username is not set, but a password is.",
            { Username: not null, Password: null, PasswordFile: null } => "Dialer:Mail:Username is set: give Dialer:Mail:PasswordFile (or Dialer:Mail:Password) too.",
            { PasswordFile: { } file } when !File.Exists(file) => $"Dialer:Mail:PasswordFile: there is no file {file}.",
            { CaFile: { } file } when !File.Exists(file) => $"Dialer:Mail:CaFile: there is no file {file}.",
            { Username: not null, Security: MailSecurity.None, IsLoopback: false } =>
                "Dialer:Mail:Security is None, so the password would go unencrypted to another machine: use StartTls or Tls.",
            { PublicUrl: { } url } when !Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https") =>
                "Dialer:Mail:PublicUrl is an address such as https://dialer.example.com.",
            _ => null,
        };
    }

    /// <summary>The password as it is now: a file may be replaced while this runs.</summary>
    public string ReadPassword() => Password ?? File.ReadLines(PasswordFile!).FirstOrDefault() ?? "";
}
