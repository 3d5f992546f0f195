#pragma warning disable
namespace Dialer.Domain.Calendars;
public sealed class LaneCalendar { public static LaneCalendar Compile(Dialer.Campaigns.CampaignTerms t, string z, Dialer.Calendars.CallPolicy? p) => new(); public bool Skip => false; public bool IsNever => false; public bool IsOpen(UnixTime now) => true; public UnixTime OpenSince(UnixTime n) => n; public UnixTime ClosesAt(UnixTime n) => UnixTime.Never; public UnixTime NextOpen(UnixTime f) => f; }
public static class FrequencyCaps { public static (string Reason, UnixTime NextAt)? Check(byte[] s, Dialer.Accounts.CareSettings c, string z, string cz, UnixTime now) => null; public static byte[] Add(byte[] s, UnixTime n) => s; public static byte[] TakeBack(byte[] s, UnixTime n) => s; }
