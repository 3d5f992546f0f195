using System.Text.Unicode;
using CsCheck;
using Dialer.Silo.PhoneLists;

namespace Dialer.Tests.PhoneLists;

/// <summary>P33: the check of UTF-8 by pieces agrees with a check of the whole.</summary>
public class Utf8CheckLaws
{
    private static readonly Gen<byte[]> Bytes = Gen.Frequency(
        (3, Gen.OneOf("ж"u8.ToArray(), "€"u8.ToArray(), "😀"u8.ToArray(), "a\n"u8.ToArray())),
        (1, Gen.Byte.Array[1, 3]))
        .List[0, 12].Select(parts => parts.SelectMany(part => part).ToArray());

    [Fact]
    public void Pieces_AgreeWithTheWhole()
    {
        Gen.Select(Bytes, Gen.Int[1, 6]).Sample(
            (bytes, size) =>
            {
                var check = new Utf8Check();
                var taken = bytes.Chunk(size).All(piece => check.Take(piece)) && check.IsWhole;
                Assert.Equal(Utf8.IsValid(bytes), taken);
                if (taken)
                {
                    Assert.Equal(bytes.Count(b => b == '\n') + 1, check.Line);
                }
            },
            iter: 20_000);
    }
}
