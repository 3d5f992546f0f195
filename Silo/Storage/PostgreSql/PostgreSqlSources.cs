using Npgsql;

namespace Dialer.Silo.Storage.PostgreSql;

/// <summary>
/// Connections for our own statements. They are planned once per connection, often while a table is still empty: a planner
/// that may choose a scan of the whole table then keeps it for ever (seen: the phones of a batch found by reading all phones).
/// Every statement of ours has an index to go by, so scans are priced out.
/// </summary>
internal static class PostgreSqlSources
{
    private const string PlannedOnce = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off";

    /// <summary>
    /// A process that is frozen, or a machine that is lost, in the middle of a transaction must not keep its row locks: the others
    /// would wait for it. Its own commit is then refused, which it takes as not confirmed.
    /// </summary>
    private const string LetsGo =
        " -c idle_in_transaction_session_timeout=5000 -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000";

    /// <summary>Connections of one process to one purpose: PostgreSQL allows 100 in all unless told otherwise.</summary>
    private const int MaxConnections = 20;

    /// <summary>For reads and for work in bulk.</summary>
    public static NpgsqlDataSource General(string connectionString) => Create(connectionString, "dialer", PlannedOnce);

    /// <summary>For the groups of the hot store: each row is looked up by its key, never joined by hashing a table.</summary>
    public static NpgsqlDataSource Hot(string connectionString) =>
        Create(connectionString, "dialer-hot", PlannedOnce + " -c enable_hashjoin=off -c enable_mergejoin=off");

    private static NpgsqlDataSource Create(string connectionString, string name, string options) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            ApplicationName = name,
            Options = options + LetsGo,
            MaxPoolSize = MaxConnections,
        }.ToString());
}
