-- keys of the management API: only hashes
create table api_key (
    id integer primary key,
    name text not null,
    role integer not null,
    hash blob not null unique,
    created_at integer not null,
    created_by text not null,
    last_used_at integer not null default 0,
    revoked_at integer not null default 0
);

create table protection_key (
    name text primary key,
    content text not null,
    created_at integer not null
);

create table audit_log (
    id integer primary key autoincrement,
    at integer not null,
    actor text not null,
    action text not null,
    target text not null,
    status integer not null default 0
);
