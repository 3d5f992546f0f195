using System.Data.Common;
using System.Globalization;
using Dialer.Access;

namespace Dialer.Silo.Storage.Access;

internal sealed class AccessStore(IDatabase database) : IAccessStore
{
    private const string Text = "select id, name, role, created_at, created_by, last_used_at from api_key ";

    public Task<ApiKey?> FindAsync(byte[] hash) => database.ReadAsync(async connection =>
        (await connection.ListAsync(Text + "where hash = @hash and revoked_at = 0", Read, ("hash", hash))).SingleOrDefault());

    public Task<ApiKey?> FindAsync(long id) => database.ReadAsync(async connection =>
        (await connection.ListAsync(Text + "where id = @id and revoked_at = 0", Read, ("id", id))).SingleOrDefault());

    public Task InsertAsync(ApiKey key, byte[] hash) => database.WriteAsync((connection, _) => InsertAsync(connection, key, hash));

    public Task ReplaceAsync(ApiKey key, byte[] hash) => database.WriteAsync(async (connection, _) =>
    {
        if (await connection.ScalarAsync("select 1 from api_key where name = @name and hash = @hash and revoked_at = 0", ("name", key.Name), ("hash", hash)) is not null)
        {
            return 0;
        }

        await connection.ExecuteAsync(
            "update api_key set revoked_at = @now where name = @name and revoked_at = 0", ("now", key.CreatedAt.Ms), ("name", key.Name));
        // a key that was given back: it was revoked under its hash
        await connection.ExecuteAsync("delete from api_key where hash = @hash and revoked_at <> 0", ("hash", hash));
        return await InsertAsync(connection, key, hash);
    });

    public Task<IReadOnlyList<ApiKey>> ListAsync() => database.ReadAsync<IReadOnlyList<ApiKey>>(async connection =>
        await connection.ListAsync(Text + "where revoked_at = 0 order by id", Read));

    public Task<bool> RevokeAsync(long id, UnixTime now) => database.WriteAsync(async (connection, _) =>
        await connection.ExecuteAsync(
            "update api_key set revoked_at = @now where id = @id and revoked_at = 0 and "
            + "(role <> @admin or exists (select 1 from api_key a where a.id <> @id and a.role = @admin and a.revoked_at = 0))",
            ("now", now.Ms), ("id", id), ("admin", (short)AccessRole.Admin)) == 1);

    public Task UsedAsync(long id, UnixTime now) => database.WriteAsync((connection, _) =>
        connection.ExecuteAsync("update api_key set last_used_at = @now where id = @id", ("now", now.Ms), ("id", id)));

    public Task<bool> HasAdminAsync() => database.ReadAsync(async connection =>
        await connection.ScalarAsync("select 1 from api_key where role = @admin and revoked_at = 0 limit 1", ("admin", (short)AccessRole.Admin)) is not null);

    public Task<IReadOnlyList<string>> ReadProtectionKeysAsync() => database.ReadAsync<IReadOnlyList<string>>(async connection =>
        await connection.ListAsync("select content from protection_key order by created_at, name", r => r.GetString(0)));

    public Task AddProtectionKeyAsync(string name, string xml, UnixTime now) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "insert into protection_key (name, content, created_at) values (@name, @xml, @now) on conflict (name) do nothing",
        ("name", name), ("xml", xml), ("now", now.Ms)));

    private static Task<int> InsertAsync(DbConnection connection, ApiKey key, byte[] hash) => connection.ExecuteAsync(
        "insert into api_key (id, name, role, hash, created_at, created_by) values (@id, @name, @role, @hash, @at, @by)",
        ("id", key.Id), ("name", key.Name), ("role", (short)key.Role), ("hash", hash), ("at", key.CreatedAt.Ms), ("by", key.CreatedBy));

    private static ApiKey Read(DbDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        Name = reader.GetString(1),
        Role = (AccessRole)Convert.ToByte(reader.GetValue(2), CultureInfo.InvariantCulture),
        CreatedAt = new UnixTime(reader.GetInt64(3)),
        CreatedBy = reader.GetString(4),
        LastUsedAt = new UnixTime(reader.GetInt64(5)),
    };
}
