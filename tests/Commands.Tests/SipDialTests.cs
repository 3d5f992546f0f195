using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dialer.Silo.Telephony.Sip;
using Dialer.Tests.HttpBots;
using Dialer.Tests.Sip;

namespace Dialer.Tests;

/// <summary><c>dial --channel sip:…</c> as a process against a SIP server: what people are called, and what is refused before anybody is.</summary>
public sealed class SipDialTests : IAsyncLifetime
{
    private readonly Commands commands = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => commands.DisposeAsync();

    [Fact]
    public async Task List_IsDialedOverTheTrunk_WithDigestAndCallerId_AndReportSaysWhatHappened_P39_P40()
    {
        using var far = new FarEnd { Wants = new DigestCredentials("operator", "se\"cret") };
        far.Expect(79_161_000_001, new Habit(200, TimeSpan.Zero, TimeSpan.FromMilliseconds(200)));
        far.Expect(79_161_000_002, new Habit(486, TimeSpan.Zero));
        far.Expect(79_161_000_003, new Habit(404, TimeSpan.Zero));
        far.Expect(79_161_000_004, new Habit(603, TimeSpan.Zero));
        // neither a number of another country nor a premium one is called unless the trunk names it (P39)
        await File.WriteAllLinesAsync(
            commands.File("list.csv"), ["79161000001", "79161000002", "79161000003", "79161000004", "14155550123", "78091234567"]);
        await File.WriteAllTextAsync(commands.File("password"), "se\"cret\n");
        var (code, output) = await commands.RunAsync(
            "dial", "list.csv", "--channel", $"sip:{far.Address}", "--username", "operator", "--password-file", "password",
            "--caller-id", "74951112233", "--any-time", "--report", "report.csv", "--Dialer:DataDirectory", "data");

        Assert.True(code == 0, string.Join('\n', output));
        Assert.Equal("answered 1 of 6", output[^1]);
        var rows = (await File.ReadAllLinesAsync(commands.File("report.csv"))).Skip(1).ToDictionary(r => r.Split(',')[0], r => r.Split(','));
        Assert.Equal(["answered", "busy", "nonexistent", "rejected"], Enumerable.Range(1, 4).Select(i => rows[$"7916100000{i}"][8]));
        Assert.Equal(["200", "486", "404", "603"], Enumerable.Range(1, 4).Select(i => rows[$"7916100000{i}"][9]));
        Assert.All((string[])["14155550123", "78091234567"], p => Assert.Equal("destination_not_allowed", rows[p][3]));
        Assert.Equal(4, far.Calls);
        Assert.All(far.Invites, i => Assert.Equal("74951112233", SipUri.TryParse(i.From!.Uri, out var from) ? from.User : null));
        Assert.DoesNotContain(output, l => l.Contains("se\"cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DeadTrunk_IsSaidWithinFiveSeconds_AndTheSameCommandStartsFromTheBeginning()
    {
        commands.WriteList("list.csv", 3);
        string[] arguments = ["dial", "list.csv", "--any-time", "--max-call-seconds", "2", "--Dialer:DataDirectory", "data", "--channel"];
        var began = Stopwatch.GetTimestamp();
        var (code, output) = await commands.RunAsync([.. arguments, $"sip:127.0.0.1:{FreePort()}"]);
        var dead = Stopwatch.GetElapsedTime(began);
        Assert.Equal(1, code);
        Assert.Contains("no answer to OPTIONS", output[^1], StringComparison.Ordinal);
        // however long the list is: it is not read before the trunk was found to be there
        Assert.DoesNotContain(output, l => l.Contains("numbers to call", StringComparison.Ordinal));
        Commands.HasNoTrace(output);

        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero, TimeSpan.FromMilliseconds(100)) };
        began = Stopwatch.GetTimestamp();
        (code, output) = await commands.RunAsync([.. arguments, $"sip:{far.Address}"]);
        var live = Stopwatch.GetElapsedTime(began);
        Assert.True(code == 0, string.Join('\n', output));
        Assert.DoesNotContain(output, l => l.StartsWith("Resuming", StringComparison.Ordinal));
        Assert.Equal("answered 3 of 3", output[^1]);
        // beside a run that needs the same start on the same machine: what is waited for the trunk is well under the 5 s of the contract
        Assert.True(dead < live + TimeSpan.FromSeconds(3.5), $"{dead} with a dead trunk, {live} with a live one");
    }

    [Fact]
    public async Task BotThatIsNotThere_CallsNobody_P41()
    {
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero) };
        commands.WriteList("list.csv", 3);
        var (code, output) = await commands.RunAsync(
            "dial", "list.csv", "--channel", $"sip:{far.Address}", "--bot", $"sip:bot@127.0.0.1:{FreePort()}", "--any-time", "--Dialer:DataDirectory", "data");
        Assert.True(code == 2, string.Join('\n', output));
        Assert.Contains(output, l => l.Contains("scenario_down", StringComparison.Ordinal));
        Assert.Equal(0, far.Calls);
        Commands.HasNoTrace(output);
    }

    [Fact]
    public async Task HttpBot_HearsOfEachCall_AndHangsUp_P41_P56()
    {
        await using var bot = await HttpBot.StartAsync();
        bot.OnEvent = t => t.Name == "/start" ? """{"replies":[{"type":"hangup"}]}""" : null;
        using var far = new FarEnd { Usual = new Habit(200, TimeSpan.Zero) };
        commands.WriteList("list.csv", 3);
        var (code, output) = await commands.RunAsync(
            "dial", "list.csv", "--channel", $"sip:{far.Address}", "--bot", bot.Url, "--any-time", "--Dialer:DataDirectory", "data");
        Assert.True(code == 0, string.Join('\n', output));
        Assert.Equal("answered 3 of 3", output[^1]);
        Assert.Equal(3, far.HungUp);
        Assert.Equal(3, bot.All.Count(t => t.Name == "/start"));
        Assert.Equal(3, bot.All.Count(t => t.Name == "botHangup"));
    }

    [Theory]
    [InlineData("would reach people, who would hear silence", "--channel", "sip:sip.example.com")]
    [InlineData("exclude each other", "--channel", "sip:127.0.0.1:5060", "--bot", "sip:a@b", "--no-bot")]
    [InlineData("The address of an HTTP bot", "--channel", "sip:127.0.0.1:5060", "--bot", "https://user:word@bot.example.com")]
    [InlineData("--bot is", "--channel", "sip:127.0.0.1:5060", "--bot", "bot")]
    [InlineData("is no SIP URI", "--channel", "sip:127.0.0.1:5060", "--bot", "sip:bot@ho st")]
    [InlineData("--username needs a password", "--channel", "sip:127.0.0.1:5060", "--username", "u")]
    [InlineData("--password-file needs --username", "--channel", "sip:127.0.0.1:5060", "--password-file", "list.csv")]
    [InlineData("--password-file nowhere cannot be read", "--channel", "sip:127.0.0.1:5060", "--username", "u", "--password-file", "nowhere")]
    [InlineData("--channel is", "--channel", "sip:127.0.0.1:99999")]
    [InlineData("--channel is", "--channel", "sip:127.0.0.1;transport=sctp")]
    [InlineData("--channel is", "--channel", "sip:")]
    [InlineData("A caller id has", "--channel", "sip:127.0.0.1:5060", "--caller-id", "7\r\nVia: x")]
    public async Task WhatCannotBe_IsRefusedInOneLine_BeforeAnybodyIsCalled(string part, params string[] options)
    {
        commands.WriteList("list.csv", 1);
        var (code, output) = await commands.RunAsync(["dial", "list.csv", "--any-time", "--Dialer:DataDirectory", "data", .. options]);
        Assert.Equal(1, code);
        Assert.Contains(part, output[^1], StringComparison.Ordinal);
        Assert.True(output.Count <= 2, string.Join('\n', output));
        Commands.HasNoTrace(output);
    }

    private static string FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }
}
