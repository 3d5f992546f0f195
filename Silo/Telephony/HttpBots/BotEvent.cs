using Dialer.Calls;

namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>What an HTTP bot is told of a call (P41; calls-api §3.4).</summary>
/// <param name="Name">The event's name; <see cref="Start"/> is told as the text <c>/start</c>.</param>
/// <param name="At">When it happened.</param>
/// <param name="End">How the call ended; null while it is up.</param>
internal sealed record BotEvent(string Name, UnixTime At, CallEnded? End = null)
{
    public const string Start = "start";
    public const string Ringing = "ringing";
    public const string NotConnected = "onCallNotConnected";
    public const string NotConnectedTechnical = "onCallNotConnectedTechnical";
    public const string Hangup = "hangup";
    public const string BotHangup = "botHangup";

    /// <summary>Why nobody was reached, as bots know it: <c>BUSY</c> or <c>NO_ANSWER</c>; null of every other event.</summary>
    public string? NotConnectedReason => Name != NotConnected ? null : End!.Class is CallClass.Busy or CallClass.Rejected ? "BUSY" : "NO_ANSWER";

    /// <summary>The last event of a call; null when nobody was called, so that there is nothing to tell.</summary>
    public static BotEvent? Of(CallEnded ended)
    {
        var name = ended.Class switch
        {
            CallClass.NotPlaced => null,
            _ when !ended.AnsweredAt.IsNone => ended.By is EndedBy.Bot or EndedBy.Ourselves ? BotHangup : Hangup,
            CallClass.Busy or CallClass.Rejected or CallClass.NoAnswer or CallClass.Unreachable => NotConnected,
            _ => NotConnectedTechnical,
        };
        return name is null ? null : new BotEvent(name, ended.At, ended);
    }
}
