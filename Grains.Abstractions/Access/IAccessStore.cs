namespace Dialer.Access;

/// <summary>Keys of the management API, by the hash of the key (P52).</summary>
public interface IAccessStore
{
    /// <summary>The key with this hash; null if there is none or it was revoked.</summary>
    Task<ApiKey?> FindAsync(byte[] hash);

    /// <summary>The key with this id; null if there is none or it was revoked.</summary>
    Task<ApiKey?> FindAsync(long id);

    Task InsertAsync(ApiKey key, byte[] hash);

    /// <summary>
    /// Makes <paramref name="hash"/> the only key of this name: what had the name before is revoked. Nothing changes if it is already.
    /// </summary>
    Task ReplaceAsync(ApiKey key, byte[] hash);

    /// <summary>Keys in force, oldest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync();

    /// <summary>False: there is no such key in force, or it is the last one of an administrator.</summary>
    Task<bool> RevokeAsync(long id, UnixTime now);

    Task UsedAsync(long id, UnixTime now);

    Task<bool> HasAdminAsync();

    /// <summary>Keys that cookies are encrypted with, as XML, shared by all gateways.</summary>
    Task<IReadOnlyList<string>> ReadProtectionKeysAsync();

    Task AddProtectionKeyAsync(string name, string xml, UnixTime now);
}
