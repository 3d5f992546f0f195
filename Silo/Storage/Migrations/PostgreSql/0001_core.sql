-- The hot store: jobs, phones, tries, and what decides about them. Instants are Unix milliseconds, 0 = not set.

create table id_block (
    name text primary key,
    next bigint not null
);
insert into id_block values ('id', 1000), ('silo', 1);

create table silo (
    id int primary key,
    address text not null,
    started_at bigint not null,
    seen_at bigint not null
);

create table campaign (
    id bigint primary key,
    name text not null,
    token text not null unique,
    status smallint not null,
    epoch bigint not null,
    settings_version int not null,
    settings text not null,
    channel bigint not null,
    list bigint not null,
    max_calls int not null,
    created_at bigint not null,
    starts_at bigint not null,
    started_at bigint not null,
    finished_at bigint not null,
    deleted_at bigint not null,
    erased_at bigint not null default 0,
    -- loading of the list (P37): 0 not begun, 1 going on, 2 done
    loading smallint not null default 0,
    loaded_row bigint not null default 0,
    load_at bigint not null default 0,
    total bigint not null default 0,
    loaded bigint not null default 0,
    waiting bigint not null default 0,
    live bigint not null default 0,
    backoff bigint not null default 0,
    final bigint not null default 0,
    waiting_for_retry bigint not null default 0,
    answered bigint not null default 0,
    not_answered bigint not null default 0,
    nonexistent bigint not null default 0,
    technical_error bigint not null default 0,
    not_done bigint not null default 0,
    cancelled bigint not null default 0,
    unknown bigint not null default 0,
    tries bigint not null default 0,
    attempts bigint not null default 0,
    retry_attempts bigint not null default 0,
    technical_failures bigint not null default 0,
    redials_dropped bigint not null default 0,
    talk_ms bigint not null default 0,
    rejected_at_load bigint not null default 0,
    waiting_attempted bigint not null default 0,
    answered_calls bigint not null default 0,
    busy_calls bigint not null default 0,
    rejected_calls bigint not null default 0,
    no_answer_calls bigint not null default 0
) with (fillfactor = 50);
create index campaign_open on campaign (status) where status in (1, 2, 3);
create index campaign_deleted on campaign (deleted_at) where status = 5 and erased_at = 0;
create index campaign_channel on campaign (channel) where status in (1, 2, 3);

create table channel (
    id bigint primary key,
    name text not null,
    kind smallint not null,
    settings text not null,
    version int not null,
    epoch bigint not null,
    deleted_at bigint not null
);

create table call_policy (
    id bigint primary key,
    campaign bigint not null,
    content text not null
);
create unique index call_policy_content on call_policy (campaign, md5(content));

-- even ids: the odd id above each is the same lane with not_before = the last end
create table campaign_lane (
    id bigint primary key,
    campaign bigint not null,
    priority smallint not null,
    policy bigint not null,
    zone text not null,
    unique (campaign, priority, policy, zone)
);

create table call_job (
    id bigint primary key,
    campaign bigint not null,
    phone bigint not null,
    lane bigint not null,
    not_before bigint not null,
    status smallint not null,
    result smallint not null default 0,
    end_reason smallint not null default 0,
    flags smallint not null default 0,
    attempts smallint not null default 0,
    attempts_total smallint not null default 0,
    attempts_to_phone smallint not null default 0,
    error_streak smallint not null default 0,
    series smallint not null default 0,
    try_number int not null default 0,
    silo int not null default 0,
    version int not null default 1,
    try_started_at bigint not null default 0,
    answered_at bigint not null default 0,
    created_at bigint not null,
    finished_at bigint not null default 0
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
-- the dispatch index: what waits, by lane
create index call_job_due on call_job (campaign, lane, not_before, id) where status = 1;
create index call_job_live on call_job (campaign, silo) where status = 2;
create index call_job_backoff on call_job (not_before) where status = 3;
-- waiting jobs that made attempts: those that an edit may end (P14)
create index call_job_attempted on call_job (campaign, id) where status in (1, 3) and attempts > 0;
create index call_job_phone on call_job (phone, campaign);

create table call_job_data (
    job bigint primary key,
    campaign bigint not null,
    zone_source smallint not null,
    list_row bigint not null,
    payload text
);

create table phone (
    phone bigint primary key,
    live_job bigint not null default 0,
    live_try int not null default 0,
    last_job bigint not null default 0,
    last_end bigint not null default 0,
    starts bytea not null default ''::bytea,
    do_not_call boolean not null default false,
    version int not null default 1
) with (fillfactor = 80);

create table do_not_call (
    phone bigint primary key,
    reason text not null,
    source text not null,
    added_at bigint not null,
    added_by text not null
);

create table call_try (
    job bigint not null,
    number int not null,
    campaign bigint not null,
    series smallint not null,
    attempt_number smallint not null,
    planned_at bigint not null,
    started_at bigint not null,
    answered_at bigint not null,
    ended_at bigint not null,
    class smallint not null,
    fault smallint not null,
    ended_by smallint not null,
    sip_code smallint not null,
    q850 smallint not null,
    cause text,
    rule text not null,
    next_at bigint not null,
    call_result text,
    answered_by smallint not null,
    speech_seconds int not null,
    report_data text,
    job_status smallint not null,
    job_result smallint not null,
    primary key (job, number)
);

create table call_series (
    job bigint not null,
    series smallint not null,
    campaign bigint not null,
    attempts smallint not null,
    result smallint not null,
    finished_at bigint not null,
    primary key (job, series)
);

create table job_note (
    job bigint not null,
    campaign bigint not null,
    at bigint not null,
    code text not null,
    detail text
);
create index job_note_job on job_note (job);

-- what another silo needs to hang up an answered call
create table call_leg (
    job bigint primary key,
    number int not null,
    leg bytea not null
);

create table phone_list (
    id bigint primary key,
    name text not null,
    status smallint not null,
    basis text,
    source text,
    created_at bigint not null,
    finished_at bigint not null default 0,
    deleted_at bigint not null default 0,
    seen_at bigint not null default 0,
    rows bigint not null default 0,
    accepted bigint not null default 0,
    duplicates bigint not null default 0,
    rejected bigint not null default 0,
    fixed bigint not null default 0,
    error text
);

-- what list rows share: the lane that a campaign will give them follows from it
create index phone_list_source on phone_list (source) where source is not null;

create table list_group (
    list bigint not null,
    number int not null,
    priority smallint not null,
    zone text not null,
    zone_source smallint not null,
    primary key (list, number)
);

create table list_row (
    list bigint not null,
    row_number bigint not null,
    phone bigint not null,
    group_number int not null,
    payload text not null,
    primary key (list, row_number)
);

-- rows that may be duplicates: decided when all rows are in
create table list_suspect (
    list bigint not null,
    row_number bigint not null,
    line bigint not null,
    phone bigint not null,
    group_number int not null,
    payload text not null,
    primary key (list, row_number)
);

create table list_rejected (
    list bigint not null,
    row_number bigint not null,
    line bigint not null,
    code text not null,
    reason text not null,
    content text not null,
    primary key (list, row_number)
);

create table idempotency_key (
    scope text not null,
    key text not null,
    created_at bigint not null,
    answer text not null,
    primary key (scope, key)
);
create index idempotency_key_age on idempotency_key (created_at);

-- phones to be erased everywhere (P57), until none of their calls is live
create table erase_request (
    phone bigint primary key,
    asked_at bigint not null
);
