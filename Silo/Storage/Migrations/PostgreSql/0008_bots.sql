-- what a bot says in a call that is up, until its outcome takes it over (P26): a row per job, of its last call
create table bot_reply (
    job bigint primary key,
    number int not null,
    content text not null
);

alter table call_try add column call_result_payload text;
-- {tag:{tagPayload,tagColor}}, the one said last at the end
alter table call_try add column call_tags text;
-- what became of the redial that was asked for in this call
alter table call_try add column redial text;
