-- Applied at every start, so that the texts follow the binary. One query per block: a line `-- name: KEY`, then its text.
-- name: WriteToStorageKey
insert into OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary, datetime('now'), 1 where true
on conflict (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, ifnull(GrainIdExtensionString, ''), ServiceId)
do update set PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn, Version = OrleansStorage.Version + 1
where OrleansStorage.Version = @GrainStateVersion
returning Version as NewGrainStateVersion
-- name: ReadFromStorageKey
select PayloadBinary, Version as Version from OrleansStorage
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
  and GrainTypeString = @GrainTypeString and ifnull(GrainIdExtensionString, '') = ifnull(@GrainIdExtensionString, '') and ServiceId = @ServiceId
limit 1
-- name: ClearStorageKey
update OrleansStorage set PayloadBinary = null, ModifiedOn = datetime('now'), Version = Version + 1
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
  and GrainTypeString = @GrainTypeString and ifnull(GrainIdExtensionString, '') = ifnull(@GrainIdExtensionString, '') and ServiceId = @ServiceId
  and Version = @GrainStateVersion
returning Version as NewGrainStateVersion
-- name: UpsertReminderRowKey
insert into OrleansRemindersTable (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
select @ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0 where true
on conflict (ServiceId, GrainId, ReminderName)
do update set StartTime = excluded.StartTime, Period = excluded.Period, GrainHash = excluded.GrainHash, Version = OrleansRemindersTable.Version + 1
returning Version
-- name: ReadReminderRowsKey
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable where ServiceId = @ServiceId and GrainId = @GrainId
-- name: ReadReminderRowKey
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName
-- name: ReadRangeRows1Key
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
where ServiceId = @ServiceId and StartTime <= strftime('%Y-%m-%d %H:%M:%f', 'now', '+15 minutes') and GrainHash > @BeginHash and GrainHash <= @EndHash
-- name: ReadRangeRows2Key
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
where ServiceId = @ServiceId and StartTime <= strftime('%Y-%m-%d %H:%M:%f', 'now', '+15 minutes') and (GrainHash > @BeginHash or GrainHash <= @EndHash)
-- name: DeleteReminderRowKey
delete from OrleansRemindersTable
where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName and Version = @Version;
select changes()
-- name: DeleteReminderRowsKey
delete from OrleansRemindersTable where ServiceId = @ServiceId
