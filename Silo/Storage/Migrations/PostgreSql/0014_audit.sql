-- names may repeat: the key's id, or oidc: and the person's subject; empty = neither asked
alter table audit_log add column actor_id text not null default '';
