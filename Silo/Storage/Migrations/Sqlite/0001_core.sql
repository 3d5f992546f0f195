-- The hot store: jobs, phones, tries, and what decides about them. Instants are Unix milliseconds, 0 = not set.

create table id_block (
    name text primary key,
    next integer not null
);
insert into id_block values ('id', 1000), ('silo', 1);

create table silo (
    id integer primary key,
    address text not null,
    started_at integer not null,
    seen_at integer not null
);

create table campaign (
    id integer primary key,
    name text not null,
    token text not null unique,
    status integer not null,
    epoch integer not null,
    settings_version integer not null,
    settings text not null,
    channel integer not null,
    list integer not null,
    max_calls integer not null,
    created_at integer not null,
    starts_at integer not null,
    started_at integer not null,
    finished_at integer not null,
    deleted_at integer not null,
    erased_at integer not null default 0,
    -- loading of the list (P37): 0 not begun, 1 going on, 2 done
    loading integer not null default 0,
    loaded_row integer not null default 0,
    load_at integer not null default 0,
    total integer not null default 0,
    loaded integer not null default 0,
    waiting integer not null default 0,
    live integer not null default 0,
    backoff integer not null default 0,
    final integer not null default 0,
    waiting_for_retry integer not null default 0,
    answered integer not null default 0,
    not_answered integer not null default 0,
    nonexistent integer not null default 0,
    technical_error integer not null default 0,
    not_done integer not null default 0,
    cancelled integer not null default 0,
    unknown integer not null default 0,
    tries integer not null default 0,
    attempts integer not null default 0,
    retry_attempts integer not null default 0,
    technical_failures integer not null default 0,
    redials_dropped integer not null default 0,
    talk_ms integer not null default 0,
    rejected_at_load integer not null default 0,
    waiting_attempted integer not null default 0,
    answered_calls integer not null default 0,
    busy_calls integer not null default 0,
    rejected_calls integer not null default 0,
    no_answer_calls integer not null default 0
);
create index campaign_open on campaign (status) where status in (1, 2, 3);
create index campaign_deleted on campaign (deleted_at) where status = 5 and erased_at = 0;
create index campaign_channel on campaign (channel) where status in (1, 2, 3);

create table channel (
    id integer primary key,
    name text not null,
    kind integer not null,
    settings text not null,
    version integer not null,
    epoch integer not null,
    deleted_at integer not null
);

create table call_policy (
    id integer primary key,
    campaign integer not null,
    content text not null
);
create unique index call_policy_content on call_policy (campaign, content);

-- even ids: the odd id above each is the same lane with not_before = the last end
create table campaign_lane (
    id integer primary key,
    campaign integer not null,
    priority integer not null,
    policy integer not null,
    zone text not null,
    unique (campaign, priority, policy, zone)
);

create table call_job (
    id integer primary key,
    campaign integer not null,
    phone integer not null,
    lane integer not null,
    not_before integer not null,
    status integer not null,
    result integer not null default 0,
    end_reason integer not null default 0,
    flags integer not null default 0,
    attempts integer not null default 0,
    attempts_total integer not null default 0,
    attempts_to_phone integer not null default 0,
    error_streak integer not null default 0,
    series integer not null default 0,
    try_number integer not null default 0,
    silo integer not null default 0,
    version integer not null default 1,
    try_started_at integer not null default 0,
    answered_at integer not null default 0,
    created_at integer not null,
    finished_at integer not null default 0
);
-- the dispatch index: what waits, by lane
create index call_job_due on call_job (campaign, lane, not_before, id) where status = 1;
create index call_job_live on call_job (campaign, silo) where status = 2;
create index call_job_backoff on call_job (not_before) where status = 3;
-- waiting jobs that made attempts: those that an edit may end (P14)
create index call_job_attempted on call_job (campaign, id) where status in (1, 3) and attempts > 0;
create index call_job_phone on call_job (phone, campaign);

create table call_job_data (
    job integer primary key,
    campaign integer not null,
    zone_source integer not null,
    list_row integer not null,
    payload text
);

create table phone (
    phone integer primary key,
    live_job integer not null default 0,
    live_try integer not null default 0,
    last_job integer not null default 0,
    last_end integer not null default 0,
    starts blob not null default x'',
    do_not_call integer not null default 0,
    version integer not null default 1
);

create table do_not_call (
    phone integer primary key,
    reason text not null,
    source text not null,
    added_at integer not null,
    added_by text not null
);

create table call_try (
    job integer not null,
    number integer not null,
    campaign integer not null,
    series integer not null,
    attempt_number integer not null,
    planned_at integer not null,
    started_at integer not null,
    answered_at integer not null,
    ended_at integer not null,
    class integer not null,
    fault integer not null,
    ended_by integer not null,
    sip_code integer not null,
    q850 integer not null,
    cause text,
    rule text not null,
    next_at integer not null,
    call_result text,
    answered_by integer not null,
    speech_seconds integer not null,
    report_data text,
    job_status integer not null,
    job_result integer not null,
    primary key (job, number)
);

create table call_series (
    job integer not null,
    series integer not null,
    campaign integer not null,
    attempts integer not null,
    result integer not null,
    finished_at integer not null,
    primary key (job, series)
) without rowid;

create table job_note (
    job integer not null,
    campaign integer not null,
    at integer not null,
    code text not null,
    detail text
);
create index job_note_job on job_note (job);

-- what another silo needs to hang up an answered call
create table call_leg (
    job integer primary key,
    number integer not null,
    leg blob not null
);

create table phone_list (
    id integer primary key,
    name text not null,
    status integer not null,
    basis text,
    source text,
    created_at integer not null,
    finished_at integer not null default 0,
    deleted_at integer not null default 0,
    seen_at integer not null default 0,
    rows integer not null default 0,
    accepted integer not null default 0,
    duplicates integer not null default 0,
    rejected integer not null default 0,
    fixed integer not null default 0,
    error text
);

-- what list rows share: the lane that a campaign will give them follows from it
create index phone_list_source on phone_list (source) where source is not null;

create table list_group (
    list integer not null,
    number integer not null,
    priority integer not null,
    zone text not null,
    zone_source integer not null,
    primary key (list, number)
) without rowid;

create table list_row (
    list integer not null,
    row_number integer not null,
    phone integer not null,
    group_number integer not null,
    payload text not null,
    primary key (list, row_number)
);

-- rows that may be duplicates: decided when all rows are in
create table list_suspect (
    list integer not null,
    row_number integer not null,
    line integer not null,
    phone integer not null,
    group_number integer not null,
    payload text not null,
    primary key (list, row_number)
);

create table list_rejected (
    list integer not null,
    row_number integer not null,
    line integer not null,
    code text not null,
    reason text not null,
    content text not null,
    primary key (list, row_number)
) without rowid;

create table idempotency_key (
    scope text not null,
    key text not null,
    created_at integer not null,
    answer text not null,
    primary key (scope, key)
) without rowid;
create index idempotency_key_age on idempotency_key (created_at);

-- phones to be erased everywhere (P57), until none of their calls is live
create table erase_request (
    phone integer primary key,
    asked_at integer not null
);
