using Dialer.Channels;

namespace Dialer.Domain.Accounts;

/// <summary>What was used and is being used at one instant (P46), read in one snapshot: a call is either ended or live.</summary>
/// <param name="BilledSeconds">Talk of calls that ended, rounded by their channels' billing steps, over all campaigns.</param>
/// <param name="SpeechSeconds">Speech of calls that ended.</param>
/// <param name="Live">Answered calls that are up, by campaign.</param>
public sealed record PackageReading(long BilledSeconds, long SpeechSeconds, IReadOnlyList<LiveTalk> Live);

/// <summary>Answered calls of one campaign that are up.</summary>
/// <param name="Calls">How many.</param>
/// <param name="Elapsed">Their talk so far, summed up.</param>
/// <param name="Billing">Their channel's step.</param>
/// <param name="HasBot">They are connected to a bot, so that their talk counts as speech until it tells more.</param>
public sealed record LiveTalk(int Calls, TimeSpan Elapsed, BillingStep Billing, bool HasBot);

/// <summary>What is used, live calls included, in seconds.</summary>
public readonly record struct PackageUse(long Telephony, long Speech);
