-- Tables that the Orleans ADO.NET providers ask for, in a file of their own: in one file with the busy writer
-- Orleans' own writes starve.

create table OrleansQuery (
    QueryKey text primary key,
    QueryText text not null
);

create table OrleansStorage (
    GrainIdHash integer not null,
    GrainIdN0 integer not null,
    GrainIdN1 integer not null,
    GrainTypeHash integer not null,
    GrainTypeString text not null,
    GrainIdExtensionString text,
    ServiceId text not null,
    PayloadBinary blob,
    ModifiedOn text not null,
    Version integer not null
);
create unique index orleans_storage_grain on OrleansStorage
    (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, ifnull(GrainIdExtensionString, ''), ServiceId);

create table OrleansRemindersTable (
    ServiceId text not null,
    GrainId text not null,
    ReminderName text not null,
    StartTime text not null,
    Period integer not null,
    GrainHash integer not null,
    Version integer not null,
    primary key (ServiceId, GrainId, ReminderName)
) without rowid;
create index orleans_reminders_hash on OrleansRemindersTable (ServiceId, GrainHash);
