-- names as they are searched by, folded by us: lower() knows ASCII only, so old names are folded letter by letter
alter table campaign add column name_folded text not null default '';
with recursive folded (id, letter, name) as (
    select id, 1, lower(name) from campaign
    union all
    select id, letter + 1,
        replace(name, substr('АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', letter, 1), substr('абвгдеежзийклмнопрстуфхцчшщъыьэюяе', letter, 1))
    from folded where letter <= 34)
update campaign set name_folded = folded.name from folded where folded.id = campaign.id and folded.letter = 35;

-- attempts by the instant that their report shows as the start: of an answered call that of the talk
drop index call_try_started;
create index call_try_reported on call_try (campaign, (case when answered_at > 0 then answered_at else started_at end)) where attempt_number > 0;

-- rejected rows hold phones too, and are erased by them (P57); 0 = none was read, -1 = several may stand in the content
alter table list_rejected add column phone integer not null default 0;
create index list_rejected_phone on list_rejected (phone) where phone <> 0;
