namespace Dialer.Silo.PhoneLists;

/// <summary>
/// Carries a refusal out of a stream that another library reads; caught in <see cref="ListFileReader"/> and nowhere else.
/// </summary>
internal sealed class ListRefusedException(Refusal refusal) : Exception(refusal.Text)
{
    public Refusal Refusal => refusal;
}
