-- no attempt starts at or after it (P20); a lane of its own for each instant would make lanes without end
alter table call_job add column not_after bigint not null default 0;
create index call_job_passed on call_job (campaign, not_after) where status in (1, 3) and not_after > 0;
