using System.Data.Common;
using Dialer.Campaigns;
using Dialer.Domain.Notifications;
using Dialer.Grains.Campaigns;
using Dialer.Notifications;
using Dialer.Silo.Notifications;

namespace Dialer.Silo.Storage.Notifications;

/// <summary>Mails are written with the transition that they tell of, and stay until the mail server took them (P17).</summary>
internal sealed class MailOutbox(IDatabase database) : IMailOutbox
{
    private const short Waiting = 0;
    private const short Sent = 1;
    private const short GivenUp = 2;
    private const string ThisRow = "where campaign = @campaign and epoch = @epoch and number = @number";

    private const string Columns = "campaign, epoch, number, recipient, kind, language, facts, created_at, next_at, tries, first_try_at";

    /// <summary>In the transition's own transaction, under the epoch that it took. Most transitions are told to nobody.</summary>
    public static async Task AddAsync(DbConnection connection, CampaignRow row, long epoch)
    {
        if (row is not { Change: { } change, Settings.NotifyEmail: { } to }
            || MailRules.KindOf(change.Before, row.StartedAt, change.Event, change.Actor, change.Causes) is var kind && kind == MailKind.None
            || !MailAddresses.TryParse(to, out var addresses))
        {
            return;
        }

        var counters = (await connection.ListAsync(
            $"select {CounterColumns.List} from campaign where id = @id", r => CounterColumns.Read(r, 0), ("id", row.Id.Value))).Single().ReadIn(row.Status);
        var facts = SettingsJson.Write(new MailFacts
        {
            Name = row.Settings.Name,
            TimeZone = row.Settings.TimeZone,
            At = change.At,
            Actor = change.Actor,
            Causes = change.Causes,
            Total = counters.Total,
            Processed = counters.Final,
            Answered = counters.Answered,
        });
        for (var number = 0; number < addresses.Count; number++)
        {
            await connection.ExecuteAsync(
                "insert into mail_outbox (campaign, epoch, number, recipient, kind, language, facts, created_at, next_at) "
                + "values (@campaign, @epoch, @number, @recipient, @kind, @language, @facts, @at, @at)",
                [.. Key(new MailKey(row.Id, epoch, (short)number)), ("recipient", addresses[number]), ("kind", (short)kind),
                    ("language", row.Settings.NotifyLanguage), ("facts", facts), ("at", change.At.Ms)]);
        }
    }

    public Task<IReadOnlyList<MailRow>> ReadDueAsync(UnixTime now, int limit) => database.ReadAsync<IReadOnlyList<MailRow>>(async connection =>
        await connection.ListAsync(
            $"select {Columns} from mail_outbox where outcome = 0 and next_at <= @now order by next_at limit @limit", Read, ("now", now.Ms), ("limit", limit)));

    /// <summary>Takes a mail for one attempt. False: somebody else has it. Whoever has it and dies gives it back by time.</summary>
    public Task<bool> ClaimAsync(MailRow mail, UnixTime now, UnixTime until) => WriteAsync(
        "update mail_outbox set tries = tries + 1, next_at = @until, first_try_at = case when first_try_at = 0 then @now else first_try_at end "
        + $"{ThisRow} and outcome = 0 and next_at = @seen",
        mail.Key, ("until", until.Ms), ("now", now.Ms), ("seen", mail.NextAt.Ms));

    public Task<bool> SentAsync(MailKey key, UnixTime now) =>
        WriteAsync($"update mail_outbox set outcome = @sent, done_at = @now, error = null, error_at = 0 {ThisRow}", key, ("sent", Sent), ("now", now.Ms));

    public Task<bool> RetryAsync(MailKey key, UnixTime now, UnixTime at, string error) =>
        WriteAsync($"update mail_outbox set next_at = @at, error = @error, error_at = @now {ThisRow} and outcome = 0", key, ("at", at.Ms), ("error", error), ("now", now.Ms));

    public Task<bool> GiveUpAsync(MailKey key, UnixTime now, string error) =>
        WriteAsync($"update mail_outbox set outcome = @up, done_at = @now, error = @error, error_at = @now {ThisRow} and outcome = 0", key, ("up", GivenUp), ("now", now.Ms), ("error", error));

    /// <summary>Mails that are done are history after a while.</summary>
    public Task<int> PruneAsync(UnixTime doneBefore) => database.WriteAsync((connection, _) =>
        connection.ExecuteAsync("delete from mail_outbox where outcome > 0 and done_at < @before", ("before", doneBefore.Ms)));

    public Task<MailboxState> ReadStateAsync() => database.ReadAsync(async connection =>
    {
        var waiting = (await connection.ListAsync(
            "select count(*), coalesce(min(created_at), 0) from mail_outbox where outcome = 0", r => ((int)r.GetInt64(0), new UnixTime(r.GetInt64(1))))).Single();
        var error = (await connection.ListAsync(
            "select error, error_at from mail_outbox where error_at > 0 order by error_at desc limit 1", r => (r.GetString(0), new UnixTime(r.GetInt64(1))))).FirstOrDefault();
        var givenUp = await connection.ListAsync(
            "select campaign, kind, recipient, done_at, error from mail_outbox where outcome = 2 and done_at > 0 order by done_at desc limit @limit",
            r => new GivenUpMail(new CampaignId(r.GetInt64(0)), (MailKind)r.GetInt16(1), r.GetString(2), new UnixTime(r.GetInt64(3)), r.GetString(4)),
            ("limit", IMailOutbox.MaxGivenUp));
        return new MailboxState(waiting.Item1, waiting.Item2, error.Item1, error.Item2, givenUp);
    });

    private Task<bool> WriteAsync(string text, MailKey key, params (string Name, object? Value)[] parameters) =>
        database.WriteAsync(async (connection, _) => await connection.ExecuteAsync(text, [.. Key(key), .. parameters]) == 1);

    private static (string Name, object? Value)[] Key(MailKey key) => [("campaign", key.Campaign.Value), ("epoch", key.Epoch), ("number", key.Number)];

    private static MailRow Read(DbDataReader reader) => new(
        new MailKey(new CampaignId(reader.GetInt64(0)), reader.GetInt64(1), reader.GetInt16(2)),
        reader.GetString(3),
        (MailKind)reader.GetInt16(4),
        reader.IsDBNull(5) ? null : reader.GetString(5),
        SettingsJson.Read<MailFacts>(reader.GetString(6)),
        new UnixTime(reader.GetInt64(7)),
        new UnixTime(reader.GetInt64(8)),
        reader.GetInt32(9),
        new UnixTime(reader.GetInt64(10)));
}
