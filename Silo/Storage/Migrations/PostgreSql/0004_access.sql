-- keys of the management API: only hashes
create table api_key (
    id bigint primary key,
    name text not null,
    role smallint not null,
    hash bytea not null unique,
    created_at bigint not null,
    created_by text not null,
    last_used_at bigint not null default 0,
    revoked_at bigint not null default 0
);

create table protection_key (
    name text primary key,
    content text not null,
    created_at bigint not null
);

create table audit_log (
    id bigint generated always as identity primary key,
    at bigint not null,
    actor text not null,
    action text not null,
    target text not null,
    status int not null default 0
);
