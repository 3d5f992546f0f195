using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;

namespace Dialer.Tests;

/// <summary>A mail that the sink took.</summary>
public sealed record SunkMail(string From, IReadOnlyList<string> To, MimeMessage Message, string Raw, bool IsEncrypted);

/// <summary>
/// A mail server that keeps what it takes: SMTP with AUTH PLAIN and STARTTLS where a test wants them. What it answers to a command can be
/// scripted; it can be away for a while.
/// </summary>
public sealed class SmtpSink : IDisposable
{
    private readonly ConcurrentQueue<SunkMail> mails = new();
    private readonly ConcurrentDictionary<TcpClient, bool> clients = new();
    private TcpListener? listener;
    private int connections;

    public SmtpSink(bool isUp = true)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        if (isUp)
        {
            Start();
        }
    }

    public int Port { get; }

    public IReadOnlyList<SunkMail> Mails => [.. mails];

    public int Connections => Volatile.Read(ref connections);

    /// <summary>What it answers to a command line, or to <c>DATA.</c> when a mail is complete; null = what servers usually do.</summary>
    public Func<string, string?> Answer { get; set; } = _ => null;

    /// <summary>Offers STARTTLS with it.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Wants this login before it takes anything.</summary>
    public (string User, string Password)? Login { get; init; }

    public void Start()
    {
        var started = new TcpListener(IPAddress.Loopback, Port);
        started.Start();
        listener = started;
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var client = await started.AcceptTcpClientAsync();
                    Interlocked.Increment(ref connections);
                    clients[client] = true;
                    _ = Task.Run(() => ServeAsync(client));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // away
            }
        });
    }

    public void Stop()
    {
        listener?.Stop();
        foreach (var client in clients.Keys)
        {
            client.Dispose();
        }
    }

    public void Dispose() => Stop();

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await TalkAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or System.Security.Authentication.AuthenticationException)
        {
            // the other side is gone
        }

        clients.TryRemove(client, out _);
    }

    private async Task TalkAsync(Stream stream)
    {
        var (from, to, isKnown) = ("", new List<string>(), Login is null);
        await SayAsync(stream, Answer("CONNECT") ?? "220 sink.test ESMTP");
        while (await ReadLineAsync(stream) is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            var answer = Answer(line);
            if (answer is null && verb == "STARTTLS" && Certificate is not null)
            {
                await SayAsync(stream, "220 go on");
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(Certificate);
                stream = tls;
                continue;
            }

            if (answer is null && verb == "DATA" && to.Count > 0)
            {
                await SayAsync(stream, "354 end with a dot");
                var raw = await ReadMailAsync(stream);
                answer = Answer("DATA.");
                if (answer is null)
                {
                    using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(raw));
                    mails.Enqueue(new SunkMail(from, [.. to], await MimeMessage.LoadAsync(bytes), raw, stream is SslStream));
                    answer = "250 2.0.0 taken as 1234";
                }

                to.Clear();
            }

            answer ??= verb switch
            {
                "EHLO" => $"250-sink.test\r\n{(Certificate is not null && stream is not SslStream ? "250-STARTTLS\r\n" : "")}{(Login is null ? "" : "250-AUTH PLAIN\r\n")}250 8BITMIME",
                "AUTH" => (isKnown = IsLogin(line)) ? "235 welcome" : "535 5.7.8 wrong password",
                "MAIL" when isKnown => Took("250 ok", () => from = Address(line)),
                "RCPT" => Took("250 ok", () => to.Add(Address(line))),
                "RSET" => Took("250 ok", to.Clear),
                "NOOP" => "250 ok",
                "QUIT" => "221 bye",
                _ => "530 not now",
            };
            await SayAsync(stream, answer);
            if (verb == "QUIT")
            {
                return;
            }
        }
    }

    private bool IsLogin(string line) => Login is { } login
        && Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[^1])) == $"\0{login.User}\0{login.Password}";

    private static string Took(string answer, Action take)
    {
        take();
        return answer;
    }

    private static string Address(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

    private static Task SayAsync(Stream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n")).AsTask();

    private static async Task<string> ReadMailAsync(Stream stream)
    {
        var mail = new StringBuilder();
        while (await ReadLineAsync(stream) is { } line && line != ".")
        {
            mail.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return mail.ToString();
    }

    /// <summary>Byte by byte: nothing of what follows a STARTTLS may be swallowed.</summary>
    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}
