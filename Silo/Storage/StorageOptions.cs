namespace Dialer.Silo.Storage;

public enum StorageEngine
{
    /// <summary>Embedded, for one process on one machine.</summary>
    Sqlite = 0,

    /// <summary>For one process or a cluster.</summary>
    PostgreSql = 1,
}

/// <summary>Where everything is kept.</summary>
public sealed record StorageOptions
{
    public StorageEngine Engine { get; init; }

    /// <summary>Directory of the SQLite files, of the lock and of reports; made if missing.</summary>
    public string DataDirectory { get; init; } = "./data";

    /// <summary>PostgreSQL only.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The hot store's file.</summary>
    public string DialerFile => Path.Combine(DataDirectory, "dialer.db");

    /// <summary>Orleans' own file: reminders and grain state.</summary>
    public string OrleansFile => Path.Combine(DataDirectory, "orleans.db");
}
