-- names as they are searched by, folded by us: what lower() knows depends on the database's locale
alter table campaign add column name_folded text not null default '';
update campaign set name_folded = translate(lower(name), 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе');
