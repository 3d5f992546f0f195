using System.CommandLine;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>The main job without a browser (P56): <c>dial LIST.csv</c>.</summary>
internal static class DialCommand
{
    public static Command Create(EngineStarter starter, SplitArguments arguments)
    {
        var list = new Argument<string>("LIST.csv") { Description = "Numbers, the phone in the first column." };
        var channel = Option<string?>("--channel", "sim (nobody is called), sim:127.0.0.1:PORT (a carrier process) or sip:HOST:PORT[;transport=udp|tcp|tls].");
        var username = Option<string?>("--username", "User of the SIP trunk.");
        var passwordFile = Option<string?>("--password-file", "File with the trunk's password; or set DIALER_SIP_PASSWORD.");
        var callerId = Option<string?>("--caller-id", "The number shown to the people called.");
        var bot = Option<string?>("--bot", "What answered calls are connected to: sip:… or https:…");
        var noBot = Option<bool?>("--no-bot", "Call without a bot: a person hears silence.");
        var noProbe = Option<bool?>("--no-probe", "Do not ask the trunk by OPTIONS whether it is there: for trunks that leave it unanswered.");
        var trace = Option<bool?>("--trace", "Write each call's SIP messages to a file in the data directory, with credentials masked.");
        var maxCalls = Option<int?>("--max-calls", "Calls at once (SIP: 5, simulated: 50).");
        var callsPerSecond = Option<int?>("--calls-per-second", "Starts in any second (SIP: 5, simulated: no limit).");
        var attempts = Option<int?>("--attempts", "Attempts per number, 1-99 (1).");
        var pause = Option<int?>("--pause-minutes", "Minutes between attempts, 1-2880 (30).");
        var ring = Option<int?>("--ring-seconds", "How long a phone may ring, 5-300 (40).");
        var maxCall = Option<int?>("--max-call-seconds", "The longest call, 1-14400 (600).");
        var anyTime = Option<bool?>("--any-time", "Call at any hour: without calling windows and outer hours.");
        var timeZone = Option<string?>("--time-zone", "IANA zone for the calling hours, for example Europe/Moscow.");
        var report = Option<string?>("--report", "CSV file to write the results to, as they come.");
        var dryRun = Option<bool>("--dry-run", "Import and show the plan; call nobody.");
        var yes = Option<bool>("--yes", "Do not ask before calling.");
        var again = Option<bool>("--again", "Call everybody of a finished run a second time.");
        var command = new Command("dial", "Calls every number of a CSV file and reports what happened to each. A run that was stopped is resumed: options that are not given then stay as they were.")
        {
            list, channel, username, passwordFile, callerId, bot, noBot, noProbe, trace, maxCalls, callsPerSecond, attempts, pause, ring, maxCall,
            anyTime, timeZone, report, dryRun, yes, again,
        };
        command.SetAction((parsed, _) => new DialRun(
            starter,
            arguments,
            new DialRequest
            {
                List = parsed.GetRequiredValue(list),
                Channel = parsed.GetValue(channel),
                Username = parsed.GetValue(username),
                PasswordFile = parsed.GetValue(passwordFile),
                Password = TrunkPassword.Read(parsed.GetValue(passwordFile)),
                CallerId = parsed.GetValue(callerId),
                Bot = parsed.GetValue(bot),
                NoBot = parsed.GetValue(noBot),
                NoProbe = parsed.GetValue(noProbe),
                Trace = parsed.GetValue(trace),
                MaxCalls = parsed.GetValue(maxCalls),
                CallsPerSecond = parsed.GetValue(callsPerSecond),
                Attempts = parsed.GetValue(attempts),
                PauseMinutes = parsed.GetValue(pause),
                RingSeconds = parsed.GetValue(ring),
                MaxCallSeconds = parsed.GetValue(maxCall),
                AnyTime = parsed.GetValue(anyTime),
                TimeZone = parsed.GetValue(timeZone),
                Report = parsed.GetValue(report),
                DryRun = parsed.GetValue(dryRun),
                Yes = parsed.GetValue(yes),
                Again = parsed.GetValue(again),
            }).RunAsync());
        return command;
    }

    private static Option<T> Option<T>(string name, string description) => new(name) { Description = description };
}
