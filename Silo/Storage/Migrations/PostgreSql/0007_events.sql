-- Events of campaigns that someone listens to (P51): numbered by the campaign's row, in the commit of what they tell.
-- A number without an event = nobody listened for a while before it.
alter table campaign add column event_seq bigint not null default 0;
alter table campaign add column listen_until bigint not null default 0;
create index campaign_listened on campaign (listen_until) where listen_until > 0;

create table event (
    campaign bigint not null,
    seq bigint not null,
    at bigint not null,
    type text not null,
    job bigint not null,
    data text not null,
    primary key (campaign, seq)
);
create index event_age on event (at);
create index event_job on event (job) where job > 0;

-- until when somebody listens to all campaigns, those that are yet to be made too
create table event_lease (
    id int primary key check (id = 1),
    until bigint not null
);
insert into event_lease values (1, 0);

create table webhook (
    id bigint primary key,
    url text not null,
    description text not null,
    secret text not null,
    -- JSON arrays; events [] = all, campaigns [] = all (for_all = 1), else as in webhook_campaign
    events text not null,
    campaigns text not null,
    for_all smallint not null,
    status smallint not null,
    reason text,
    created_at bigint not null,
    created_by text not null,
    changed_at bigint not null
);
create index webhook_status on webhook (status, for_all);

-- the campaigns that a webhook names
create table webhook_campaign (
    webhook bigint not null,
    campaign bigint not null,
    primary key (webhook, campaign)
);

-- how far a campaign's events were handed over; no row = from the first
create table webhook_cursor (
    webhook bigint not null,
    campaign bigint not null,
    seq bigint not null,
    primary key (webhook, campaign)
);

create table webhook_delivery (
    id bigint primary key,
    webhook bigint not null,
    -- the event; campaign 0 = a test
    campaign bigint not null,
    seq bigint not null,
    job bigint not null,
    type text not null,
    body text not null,
    created_at bigint not null,
    status smallint not null,
    -- tries since it was handed over or replayed
    tries int not null,
    next_at bigint not null,
    done_at bigint not null,
    error text,
    log text not null
);
create unique index webhook_delivery_event on webhook_delivery (webhook, campaign, seq);
create index webhook_delivery_due on webhook_delivery (webhook, next_at, id) where status = 1;
create index webhook_delivery_page on webhook_delivery (webhook, id);
create index webhook_delivery_age on webhook_delivery (created_at);
create index webhook_delivery_job on webhook_delivery (job) where job > 0;
