namespace Dialer.Files;

/// <summary>
/// Room on this machine's disk, in the data directory, for what is too large for memory: uploads before they are imported, reports
/// that must be whole before they are sent. A file is gone when its stream is closed, and with the process, however that ends.
/// </summary>
public interface ISpool
{
    /// <summary>A new, empty file, which only its stream reaches.</summary>
    Stream Create();

    /// <summary>Bytes that may be written now without taking the disk from the database.</summary>
    long FreeBytes { get; }

    /// <summary>Whether what is added to the database takes from <see cref="FreeBytes"/>; a database server has disks of its own.</summary>
    bool IsOnDatabasesDisk { get; }
}
