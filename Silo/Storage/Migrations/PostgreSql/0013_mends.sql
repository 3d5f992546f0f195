-- names as they are searched by, folded by us: what lower() knows depends on the database's locale
alter table campaign add column name_folded text not null default '';
update campaign set name_folded = translate(lower(name), 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе');

-- attempts by the instant that their report shows as the start: of an answered call that of the talk
drop index call_try_started;
create index call_try_reported on call_try (campaign, (case when answered_at > 0 then answered_at else started_at end)) where attempt_number > 0;

-- rejected rows hold phones too, and are erased by them (P57); 0 = none was read, -1 = several may stand in the content
alter table list_rejected add column phone bigint not null default 0;
create index list_rejected_phone on list_rejected (phone) where phone <> 0;
