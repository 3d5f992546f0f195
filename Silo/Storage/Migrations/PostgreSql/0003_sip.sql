-- one row: what all silos of this installation share
create table installation (
    id int primary key check (id = 1),
    domain text not null,
    secret bytea not null
);

-- what others must know to end calls that a silo leaves ringing on a channel (P30)
create table silo_line (
    silo int not null,
    channel bigint not null,
    line text not null,
    primary key (silo, channel)
);
