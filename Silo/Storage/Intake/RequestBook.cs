using Dialer.Intake;

namespace Dialer.Silo.Storage.Intake;

internal sealed class RequestBook(IDatabase database) : IRequestBook
{
    private const string OfKey = "where scope = @scope and key = @key";

    public Task<ClaimedRequest> ClaimAsync(IntakeKey key, string hash, long newId, UnixTime now, TimeSpan lostAfter) => database.WriteAsync(async (connection, _) =>
    {
        await connection.ExecuteAsync(
            $"delete from idempotency_key {OfKey} and created_at <= @old", ("scope", key.Scope), ("key", key.Key), ("old", (now - AnswerBook.Kept).Ms));
        var isNew = await connection.ExecuteAsync(
            "insert into idempotency_key (scope, key, created_at, answer, hash, target, served_since) values (@scope, @key, @now, '', @hash, @id, @now) "
            + "on conflict (scope, key) do nothing",
            ("scope", key.Scope), ("key", key.Key), ("now", now.Ms), ("hash", hash), ("id", newId)) == 1;
        if (isNew)
        {
            return new ClaimedRequest(RequestClaim.New, newId, hash, null);
        }

        var isMine = await connection.ExecuteAsync(
            $"update idempotency_key set served_since = @now {OfKey} and answer = '' and served_since <= @lost and (hash = @hash or @hash = '')",
            ("scope", key.Scope), ("key", key.Key), ("now", now.Ms), ("lost", (now - lostAfter).Ms), ("hash", hash)) == 1;
        var known = await connection.ListAsync(
            $"select answer, target, hash from idempotency_key {OfKey}",
            r => (Answer: r.GetString(0), Id: r.GetInt64(1), Hash: r.GetString(2)),
            ("scope", key.Scope), ("key", key.Key));
        var (answer, id, first) = known[0];
        return new ClaimedRequest(
            isMine ? RequestClaim.Again : answer.Length == 0 ? RequestClaim.Busy : RequestClaim.Answered, id, first, answer.Length == 0 ? null : answer);
    });

    public Task<string> BindAsync(IntakeKey key, string hash) => database.WriteAsync(async (connection, _) =>
    {
        await connection.ExecuteAsync($"update idempotency_key set hash = @hash {OfKey} and hash = ''", ("hash", hash), ("scope", key.Scope), ("key", key.Key));
        var bound = await connection.ListAsync($"select hash from idempotency_key {OfKey}", r => r.GetString(0), ("scope", key.Scope), ("key", key.Key));
        // its day may have ended in between: then nothing is known of another content
        return bound.Count == 0 ? hash : bound[0];
    });

    public Task KeepAsync(IntakeKey key, string answer) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        $"update idempotency_key set answer = @answer {OfKey}", ("answer", answer), ("scope", key.Scope), ("key", key.Key)));

    public Task ReleaseAsync(IntakeKey key) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        $"update idempotency_key set served_since = 0 {OfKey} and answer = ''", ("scope", key.Scope), ("key", key.Key)));

    public Task ForgetAsync(IntakeKey key) => database.WriteAsync((connection, _) => connection.ExecuteAsync(
        $"delete from idempotency_key {OfKey} and answer = ''", ("scope", key.Scope), ("key", key.Key)));
}
