-- What a request with a key of idempotence was and the id of what it makes, noted down before anything is done (P48).
-- served_since: 0 = nobody serves it.
alter table idempotency_key add column hash text not null default '';
alter table idempotency_key add column target integer not null default 0;
alter table idempotency_key add column served_since integer not null default 0;
