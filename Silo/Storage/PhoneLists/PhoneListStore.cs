using Dialer.Grains.PhoneLists;
using Dialer.PhoneLists;

namespace Dialer.Silo.Storage.PhoneLists;

/// <summary>Phone lists on either engine.</summary>
internal sealed partial class PhoneListStore(IDatabase database) : IPhoneListLookup
{
    public Task<PhoneListSummary?> ReadAsync(ListId id) => database.ReadAsync(async connection => (await connection.ListAsync(
        "select id, name, status, rows, accepted, duplicates, rejected, fixed, error, created_at from phone_list where id = @id and deleted_at = 0",
        r => new PhoneListSummary
        {
            Id = new ListId(r.GetInt64(0)),
            Name = r.GetString(1),
            Status = (PhoneListStatus)r.GetInt16(2),
            Rows = r.GetInt64(3),
            Accepted = r.GetInt64(4),
            Duplicates = r.GetInt64(5),
            Rejected = r.GetInt64(6),
            Fixed = r.GetInt64(7),
            Error = r.IsDBNull(8) ? null : r.GetString(8),
            CreatedAt = new UnixTime(r.GetInt64(9)),
        },
        ("id", id.Value))).SingleOrDefault());
}
