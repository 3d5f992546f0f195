-- Events of campaigns that someone listens to (P51): numbered by the campaign's row, in the commit of what they tell.
-- A number without an event = nobody listened for a while before it.
alter table campaign add column event_seq integer not null default 0;
alter table campaign add column listen_until integer not null default 0;
create index campaign_listened on campaign (listen_until) where listen_until > 0;

create table event (
    campaign integer not null,
    seq integer not null,
    at integer not null,
    type text not null,
    job integer not null,
    data text not null,
    primary key (campaign, seq)
) without rowid;
create index event_age on event (at);
create index event_job on event (job) where job > 0;

-- until when somebody listens to all campaigns, those that are yet to be made too
create table event_lease (
    id integer primary key check (id = 1),
    until integer not null
);
insert into event_lease values (1, 0);

create table webhook (
    id integer primary key,
    url text not null,
    description text not null,
    secret text not null,
    -- JSON arrays; events [] = all, campaigns [] = all (for_all = 1), else as in webhook_campaign
    events text not null,
    campaigns text not null,
    for_all integer not null,
    status integer not null,
    reason text,
    created_at integer not null,
    created_by text not null,
    changed_at integer not null
);
create index webhook_status on webhook (status, for_all);

-- the campaigns that a webhook names
create table webhook_campaign (
    webhook integer not null,
    campaign integer not null,
    primary key (webhook, campaign)
) without rowid;

-- how far a campaign's events were handed over; no row = from the first
create table webhook_cursor (
    webhook integer not null,
    campaign integer not null,
    seq integer not null,
    primary key (webhook, campaign)
) without rowid;

create table webhook_delivery (
    id integer primary key,
    webhook integer not null,
    -- the event; campaign 0 = a test
    campaign integer not null,
    seq integer not null,
    job integer not null,
    type text not null,
    body text not null,
    created_at integer not null,
    status integer not null,
    -- tries since it was handed over or replayed
    tries integer not null,
    next_at integer not null,
    done_at integer not null,
    error text,
    log text not null
);
create unique index webhook_delivery_event on webhook_delivery (webhook, campaign, seq);
create index webhook_delivery_due on webhook_delivery (webhook, next_at, id) where status = 1;
create index webhook_delivery_page on webhook_delivery (webhook, id);
create index webhook_delivery_age on webhook_delivery (created_at);
create index webhook_delivery_job on webhook_delivery (job) where job > 0;
