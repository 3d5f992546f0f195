using System.Security.Cryptography;

namespace Dialer.Silo.Storage.Installations;

/// <summary>What all silos of an installation share.</summary>
/// <param name="Domain">What names made by it end with; unlike that of any other installation.</param>
/// <param name="Key">A secret that identifiers are made from.</param>
internal sealed record Installation(string Domain, byte[] Key);

/// <summary>The installation's row, made by whoever comes first.</summary>
internal sealed class InstallationStore(IDatabase database)
{
    private const int KeyBytes = 32;
    private const int NameBytes = 8;

    public Task<Installation> ReadAsync() => database.WriteAsync(async (connection, _) =>
    {
        await connection.ExecuteAsync(
            "insert into installation (id, domain, secret) values (1, @domain, @secret) on conflict (id) do nothing",
            ("domain", $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes))}.dialer.invalid"),
            ("secret", RandomNumberGenerator.GetBytes(KeyBytes)));
        var rows = await connection.ListAsync(
            "select domain, secret from installation where id = 1", r => new Installation(r.GetString(0), (byte[])r.GetValue(1)));
        return rows.Single();
    });
}
