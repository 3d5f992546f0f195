-- why an import ended without a list, for programs
alter table phone_list add column error_code text;
