-- one row: what all silos of this installation share
create table installation (
    id integer primary key check (id = 1),
    domain text not null,
    secret blob not null
);

-- what others must know to end calls that a silo leaves ringing on a channel (P30)
create table silo_line (
    silo integer not null,
    channel integer not null,
    line text not null,
    primary key (silo, channel)
) without rowid;
