-- reports by date read a range, however many jobs a campaign has
-- by an expression, so that only reports go by it: the statements of calls have indexes of their own, and a planner that knows
-- campaigns of a row each would take this one for them (docs/decisions/0002)
create index call_job_created on call_job ((campaign + 0), created_at, id);
create index call_job_finished on call_job (campaign, finished_at) where finished_at > 0;
create index call_series_finished on call_series (campaign, finished_at);
create index call_try_started on call_try (campaign, started_at) where attempt_number > 0;
create index call_try_ended on call_try (campaign, ended_at) where attempt_number > 0;

-- seconds of speech recognition and synthesis that bots used (P46)
alter table campaign add column speech_seconds integer not null default 0;
