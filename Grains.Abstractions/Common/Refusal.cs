namespace Dialer;

/// <summary>
/// Why something asked for was not done: an expected outcome, not an exception.
/// <paramref name="Code"/> is stable snake_case for programs, <paramref name="Text"/> says what, where and how to mend it.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.Refusal")]
public sealed record Refusal(
    [property: Id(0)] string Code,
    [property: Id(1)] string Text,
    [property: Id(2)] IReadOnlyList<string>? AllowedActions = null,
    [property: Id(3)] string? Field = null);
