using Dialer.Intake;

namespace Dialer.Silo.Storage.Intake;

internal sealed class AnswerBook(IDatabase database) : IAnswerBook
{
    /// <summary>How long a key stands for its first request (calls-api §1.7).</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    public Task<KnownAnswer> BeginAsync(IntakeKey key, UnixTime now) => database.WriteAsync(async (connection, _) =>
    {
        await connection.ExecuteAsync(
            "delete from idempotency_key where scope = @scope and key = @key and created_at <= @old",
            ("scope", key.Scope), ("key", key.Key), ("old", (now - Kept).Ms));
        var isNew = await connection.ExecuteAsync(
            "insert into idempotency_key (scope, key, created_at, answer) values (@scope, @key, @now, '') on conflict (scope, key) do nothing",
            ("scope", key.Scope), ("key", key.Key), ("now", now.Ms)) == 1;
        if (isNew)
        {
            return new KnownAnswer(true, null, now);
        }

        var known = await connection.ListAsync(
            "select answer, created_at from idempotency_key where scope = @scope and key = @key",
            r => (Answer: r.GetString(0), Since: new UnixTime(r.GetInt64(1))),
            ("scope", key.Scope), ("key", key.Key));
        return new KnownAnswer(false, known[0].Answer.Length == 0 ? null : known[0].Answer, known[0].Since);
    });

    /// <summary>Removes keys whose day is over; answers how many, at most <paramref name="limit"/>.</summary>
    public Task<int> PruneAsync(UnixTime now, int limit) => database.WriteAsync(
        (connection, _) => connection.ExecuteAsync(
            "delete from idempotency_key where (scope, key) in (select scope, key from idempotency_key where created_at <= @old limit @limit)",
            ("old", (now - Kept).Ms), ("limit", limit)),
        isBulk: true);

    public Task KeepAsync(IntakeKey key, string answer) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "update idempotency_key set answer = @answer where scope = @scope and key = @key", ("answer", answer), ("scope", key.Scope), ("key", key.Key)));

    public Task ForgetAsync(IntakeKey key) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        "delete from idempotency_key where scope = @scope and key = @key and answer = ''", ("scope", key.Scope), ("key", key.Key)));
}
