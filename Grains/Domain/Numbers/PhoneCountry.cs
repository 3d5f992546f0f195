using Dialer.Numbers;

namespace Dialer.Domain.Numbers;

/// <summary>The country a number belongs to by its digits: whose outer hours hold (P60), whose prefixes a trunk may dial (P39).</summary>
public static class PhoneCountry
{
    /// <summary>ISO country; empty for a number of no plan or of no country.</summary>
    public static string Of(PhoneNumber phone) =>
        NumberPlan.TryRead(phone, out var facts) && facts.Country != "001" ? facts.Country : "";
}
