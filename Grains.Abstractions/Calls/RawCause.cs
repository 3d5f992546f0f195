namespace Dialer.Calls;

/// <summary>The raw facts of how a call ended, kept as they came (P40).</summary>
[GenerateSerializer, Immutable, Alias("dialer.RawCause")]
public sealed record RawCause(
    [property: Id(0)] int SipCode,
    [property: Id(1)] int Q850 = 0,
    [property: Id(2)] string? Text = null)
{
    public static readonly RawCause None = new(0);
}
