using System.Diagnostics.CodeAnalysis;

namespace Dialer;

/// <summary>The answer to a request: a value, or a <see cref="Refusal"/> for one or several reasons.</summary>
[GenerateSerializer, Immutable, Alias("dialer.Answer`1")]
public sealed class Answer<T>
    where T : class
{
    [Id(0)]
    public T? Value { get; private init; }

    [Id(1)]
    public IReadOnlyList<Refusal> Refusals { get; private init; } = [];

    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsDone => Value is not null;

    /// <summary>The first refusal; only when <see cref="IsDone"/> is false.</summary>
    public Refusal Refusal => Refusals[0];

    public static implicit operator Answer<T>(T value) => new() { Value = value };

    public static implicit operator Answer<T>(Refusal refusal) => new() { Refusals = [refusal] };

    public static Answer<T> Refused(IReadOnlyList<Refusal> refusals)
    {
        ArgumentOutOfRangeException.ThrowIfZero(refusals?.Count ?? 0);
        return new() { Refusals = refusals! };
    }
}
