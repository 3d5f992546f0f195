-- e-mails of P17: written with the transition that they tell of, kept until the mail server took them
create table mail_outbox (
    campaign integer not null,
    -- the campaign's epoch that the transition took: no transition is told twice
    epoch integer not null,
    -- one row per address
    number integer not null,
    recipient text not null,
    kind integer not null,
    language text,
    facts text not null,
    created_at integer not null,
    -- not before; set ahead while an attempt is made
    next_at integer not null,
    tries integer not null default 0,
    first_try_at integer not null default 0,
    -- 0 waits, 1 the server took it, 2 given up
    outcome integer not null default 0,
    done_at integer not null default 0,
    error text,
    error_at integer not null default 0,
    primary key (campaign, epoch, number)
);
create index mail_outbox_due on mail_outbox (next_at) where outcome = 0;
create index mail_outbox_done on mail_outbox (done_at) where outcome > 0;
create index mail_outbox_error on mail_outbox (error_at) where error_at > 0;
