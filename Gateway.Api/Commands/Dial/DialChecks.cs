using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>Refuses what can be refused before anything is started: one clear reason.</summary>
internal static class DialChecks
{
    /// <exception cref="CommandRefusedException">An option, a file or a combination cannot be used.</exception>
    public static void Check(DialRequest request)
    {
        CheckList(request.List);
        Demand(
            request.Channel is null or "sim" || request.CarrierEndpoint is not null || request.IsSip,
            $"--channel is '{request.Channel}': write sim, sim:127.0.0.1:PORT for a carrier process, or sip:HOST:PORT[;transport=udp|tcp|tls].");
        CheckTrunk(request);
        Demand(request.Attempts is null or (>= 1 and <= 99), $"--attempts is {request.Attempts}: give 1 to 99.");
        Demand(request.PauseMinutes is null or (>= 1 and <= 2880), $"--pause-minutes is {request.PauseMinutes}: give 1 to 2880.");
        Demand(request.RingSeconds is null or (>= 5 and <= 300), $"--ring-seconds is {request.RingSeconds}: give 5 to 300.");
        Demand(request.MaxCallSeconds is null or (>= 1 and <= 14_400), $"--max-call-seconds is {request.MaxCallSeconds}: give 1 to 14400.");
        Demand(request.MaxCalls is null or >= 1, $"--max-calls is {request.MaxCalls}: give 1 or more.");
        Demand(request.CallsPerSecond is null or >= 1, $"--calls-per-second is {request.CallsPerSecond}: give 1 or more.");
        Demand(
            request.TimeZone is null || TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone, out _),
            $"--time-zone is '{request.TimeZone}', which is not an IANA time zone: write for example Europe/Moscow.");
        if (request.Report is not null)
        {
            CheckReport(request.Report, request.List);
        }
    }

    /// <summary>Calling hours need somebody's clock, and never the host's.</summary>
    /// <exception cref="CommandRefusedException">There is none.</exception>
    public static void CheckZone(DialRequest request, DialPlan? earlier, string? organisationZone)
    {
        var keepsHours = !(request.AnyTime ?? earlier?.IsAnyTime ?? false);
        // an earlier run that kept hours has a zone of its own
        Demand(
            !keepsHours || request.TimeZone is not null || organisationZone is not null || earlier is { IsAnyTime: false },
            "Calling hours are kept, so a time zone is needed: give --time-zone (for example Europe/Moscow), or --any-time to call at any hour.");
    }

    /// <summary>What concerns a SIP trunk and its bot, as far as the options tell.</summary>
    private static void CheckTrunk(DialRequest request)
    {
        Demand(
            !request.IsSip || request.Trunk is not null,
            $"--channel is '{request.Channel}': write sip:HOST, sip:HOST:PORT or sip:HOST:PORT;transport=tcp (udp, tcp or tls).");
        Demand(request.Bot is null || request.NoBot is not true, "--bot and --no-bot exclude each other: give one of them.");
        Demand(
            request.Bot is null || request.HasHttpBot || request.Bot.StartsWith("sip:", StringComparison.OrdinalIgnoreCase),
            $"--bot is '{request.Bot}': write sip:NAME@HOST, or https://HOST/PATH of an HTTP bot.");
        Demand(
            request.PasswordFile is null || request.Username is not null || request.Channel is null,
            "--password-file needs --username: a password is somebody's.");
    }

    /// <summary>A person who is called must not hear silence, unless that was said.</summary>
    /// <exception cref="CommandRefusedException">There is no bot.</exception>
    public static void CheckBot(DialPlan plan)
    {
        if (plan.Channel.Sip is { } sip)
        {
            var isOwnMachine = new DialTrunk(sip.Host, sip.Port, sip.Transport).IsLoopback;
            Demand(
                isOwnMachine || !plan.Channel.Scenario.IsNone || plan.Campaign.AllowSilence,
                $"Calls over {DialTrunk.Text(sip)} would reach people, who would hear silence: give --bot sip:NAME@HOST or https://HOST/PATH, or --no-bot if silence is meant.");
            Demand(
                sip.Username is null || sip.Password is not null,
                $"--username needs a password: give --password-file FILE, or set {TrunkPassword.Variable}.");
        }
    }

    private static void CheckList(string list)
    {
        Demand(!Directory.Exists(list), $"{list} is a directory: give a CSV file.");
        Demand(File.Exists(list), $"{list} does not exist: give the path of a CSV file.");
    }

    private static void CheckReport(string report, string list)
    {
        Demand(!Directory.Exists(report), $"--report {report} is a directory: give a file.");
        // neither the report nor the file it is written to beside it may be the list: that would be the end of the list
        var names = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        Demand(
            !string.Equals(Real(report), Real(list), names) && !string.Equals(Real(DialReport.Beside(report)), Real(list), names),
            $"--report {report} would overwrite the list {list}: give another file.");
        try
        {
            // existed or not, it must be possible to write beside it
            using var probe = new FileStream(DialReport.Beside(report), FileMode.Create, FileAccess.Write);
            probe.Close();
            File.Delete(DialReport.Beside(report));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException($"--report {report} cannot be written: {e.Message} Give another file.", e);
        }
    }

    private static string Real(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (IOException)
        {
            return Path.GetFullPath(path);
        }
    }

    private static void Demand(bool holds, string text)
    {
        if (!holds)
        {
            throw new CommandRefusedException(text);
        }
    }
}
