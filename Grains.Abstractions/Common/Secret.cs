namespace Dialer;

/// <summary>A password or key: kept and compared, never printed.</summary>
[GenerateSerializer, Immutable, Alias("dialer.Secret")]
public readonly record struct Secret([property: Id(0)] string Value)
{
    public override string ToString() => "(secret)";
}
