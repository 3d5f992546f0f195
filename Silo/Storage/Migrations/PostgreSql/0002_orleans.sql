-- Tables and queries that the Orleans ADO.NET providers ask for, written as single statements.
-- Column, parameter and query names are the providers' contract.

create table OrleansQuery (
    QueryKey varchar(64) primary key,
    QueryText varchar(8000) not null
);

create table OrleansStorage (
    GrainIdHash int not null,
    GrainIdN0 bigint not null,
    GrainIdN1 bigint not null,
    GrainTypeHash int not null,
    GrainTypeString varchar(512) not null,
    GrainIdExtensionString varchar(512),
    ServiceId varchar(150) not null,
    PayloadBinary bytea,
    ModifiedOn timestamptz not null,
    Version int not null
);
-- unique: two overlapping first writes must not leave two rows for one grain
create unique index orleans_storage_grain on OrleansStorage
    (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, coalesce(GrainIdExtensionString, ''), ServiceId);

create table OrleansRemindersTable (
    ServiceId varchar(150) not null,
    GrainId varchar(150) not null,
    ReminderName varchar(150) not null,
    StartTime timestamptz(3) not null,
    Period bigint not null,
    GrainHash int not null,
    Version int not null,
    primary key (ServiceId, GrainId, ReminderName)
);
create index orleans_reminders_due on OrleansRemindersTable (ServiceId, StartTime);

create table OrleansMembershipVersionTable (
    DeploymentId varchar(150) primary key,
    Timestamp timestamptz(3) not null default now(),
    Version int not null default 0
);

create table OrleansMembershipTable (
    DeploymentId varchar(150) not null references OrleansMembershipVersionTable (DeploymentId),
    Address varchar(45) not null,
    Port int not null,
    Generation int not null,
    SiloName varchar(150) not null,
    HostName varchar(150) not null,
    Status int not null,
    ProxyPort int,
    SuspectTimes varchar(8000),
    StartTime timestamptz(3) not null,
    IAmAliveTime timestamptz(3) not null,
    primary key (DeploymentId, Address, Port, Generation)
);
