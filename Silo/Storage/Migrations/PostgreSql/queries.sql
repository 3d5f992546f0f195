-- Applied at every start, so that the texts follow the binary. One query per block: a line `-- name: KEY`, then its text.
-- name: WriteToStorageKey
insert into OrleansStorage (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
select @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary, now(), 1
on conflict (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, (coalesce(GrainIdExtensionString, '')), ServiceId)
do update set PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn, Version = OrleansStorage.Version + 1
where OrleansStorage.Version = @GrainStateVersion
returning Version as NewGrainStateVersion
-- name: ReadFromStorageKey
select PayloadBinary, now() at time zone 'utc', Version from OrleansStorage
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
  and GrainTypeString = @GrainTypeString and coalesce(GrainIdExtensionString, '') = coalesce(@GrainIdExtensionString, '') and ServiceId = @ServiceId
-- name: ClearStorageKey
update OrleansStorage set PayloadBinary = null, ModifiedOn = now(), Version = Version + 1
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
  and GrainTypeString = @GrainTypeString and coalesce(GrainIdExtensionString, '') = coalesce(@GrainIdExtensionString, '') and ServiceId = @ServiceId
  and Version = @GrainStateVersion
returning Version as NewGrainStateVersion
-- name: DeleteStorageKey
delete from OrleansStorage
where GrainIdHash = @GrainIdHash and GrainTypeHash = @GrainTypeHash and GrainIdN0 = @GrainIdN0 and GrainIdN1 = @GrainIdN1
  and GrainTypeString = @GrainTypeString and coalesce(GrainIdExtensionString, '') = coalesce(@GrainIdExtensionString, '') and ServiceId = @ServiceId
  and Version = @GrainStateVersion
returning Version + 1 as NewGrainStateVersion
-- name: UpsertReminderRowKey
insert into OrleansRemindersTable (ServiceId, GrainId, ReminderName, StartTime, Period, GrainHash, Version)
values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
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
where ServiceId = @ServiceId and StartTime <= now() + interval '15 minutes' and GrainHash > @BeginHash and GrainHash <= @EndHash
-- name: ReadRangeRows2Key
select GrainId, ReminderName, StartTime, Period, Version from OrleansRemindersTable
where ServiceId = @ServiceId and StartTime <= now() + interval '15 minutes' and (GrainHash > @BeginHash or GrainHash <= @EndHash)
-- name: DeleteReminderRowKey
with gone as (
  delete from OrleansRemindersTable
  where ServiceId = @ServiceId and GrainId = @GrainId and ReminderName = @ReminderName and Version = @Version returning 1)
select count(*)::int from gone
-- name: DeleteReminderRowsKey
delete from OrleansRemindersTable where ServiceId = @ServiceId
-- name: UpdateIAmAlivetimeKey
update OrleansMembershipTable set IAmAliveTime = @IAmAliveTime
where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
-- name: InsertMembershipVersionKey
with made as (
  insert into OrleansMembershipVersionTable (DeploymentId) values (@DeploymentId) on conflict do nothing returning 1)
select count(*)::int from made
-- name: InsertMembershipKey
with turn as (
  update OrleansMembershipVersionTable set Timestamp = now(), Version = Version + 1
  where DeploymentId = @DeploymentId and Version = @Version
    and not exists (select 1 from OrleansMembershipTable m
                    where m.DeploymentId = @DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation)
  returning 1),
made as (
  insert into OrleansMembershipTable (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
  select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime from turn
  returning 1)
select count(*)::int from made
-- name: UpdateMembershipKey
with turn as (
  update OrleansMembershipVersionTable set Timestamp = now(), Version = Version + 1
  where DeploymentId = @DeploymentId and Version = @Version
    and exists (select 1 from OrleansMembershipTable m
                where m.DeploymentId = @DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation)
  returning 1),
changed as (
  update OrleansMembershipTable set Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
  from turn
  where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
  returning 1)
select count(*)::int from changed
-- name: MembershipReadRowKey
select v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime, v.Version
from OrleansMembershipVersionTable v
left join OrleansMembershipTable m on m.DeploymentId = v.DeploymentId and m.Address = @Address and m.Port = @Port and m.Generation = @Generation
where v.DeploymentId = @DeploymentId
-- name: MembershipReadAllKey
select v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime, v.Version
from OrleansMembershipVersionTable v
left join OrleansMembershipTable m on m.DeploymentId = v.DeploymentId
where v.DeploymentId = @DeploymentId
-- name: DeleteMembershipTableEntriesKey
delete from OrleansMembershipTable where DeploymentId = @DeploymentId;
delete from OrleansMembershipVersionTable where DeploymentId = @DeploymentId
-- name: GatewaysQueryKey
select Address, ProxyPort, Generation from OrleansMembershipTable
where DeploymentId = @DeploymentId and Status = @Status and ProxyPort > 0
-- name: CleanupDefunctSiloEntriesKey
delete from OrleansMembershipTable where DeploymentId = @DeploymentId and IAmAliveTime < @IAmAliveTime and Status <> 3
