-- talk of people called, rounded up per call by the channel's billing step (P46); of former calls the talk as it was
alter table campaign add column billed_seconds integer not null default 0;
update campaign set billed_seconds = (talk_ms + 999) / 1000 where talk_ms > 0;
