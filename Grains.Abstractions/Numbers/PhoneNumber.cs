using System.Globalization;

namespace Dialer.Numbers;

/// <summary>
/// A telephone number in E.164 without the plus: up to 15 digits. Its text form is masked, because logs and traces
/// must not show whom we call; ask for <see cref="Digits"/> explicitly.
/// </summary>
[GenerateSerializer, Immutable, Alias("dialer.PhoneNumber")]
public readonly record struct PhoneNumber([property: Id(0)] long Value) : IComparable<PhoneNumber>
{
    public const int MaxDigits = 15;
    public const int MinDigits = 5;

    /// <summary>The full number, digits only, as dialed and as reported.</summary>
    public string Digits => Value.ToString(CultureInfo.InvariantCulture);

    public bool IsNone => Value == 0;

    /// <summary>
    /// Takes a number that is already normalised (digits only). Text of people goes through the number parser of Domain.
    /// </summary>
    public static bool TryFromDigits(string? digits, out PhoneNumber phone)
    {
        phone = default;
        if (digits is null || digits.Length is < MinDigits or > MaxDigits || digits[0] == '0')
        {
            return false;
        }

        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        phone = new PhoneNumber(value);
        return true;
    }

    public int CompareTo(PhoneNumber other) => Value.CompareTo(other.Value);

    /// <summary>Masked: first four digits and the last two.</summary>
    public override string ToString()
    {
        var digits = Digits;
        return digits.Length < 8 ? new string('*', digits.Length) : $"{digits[..4]}{new string('*', digits.Length - 6)}{digits[^2..]}";
    }
}
