using Dialer.Files;

namespace Dialer.Silo.Storage;

/// <summary>
/// Temporary files without a name: on Unix the name is removed as soon as the file is open, on Windows the system deletes it with its
/// handle. No crash leaves one behind, so nothing has to be tidied up.
/// </summary>
internal sealed class Spool(StorageOptions options) : ISpool
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>A database that cannot write stops calling people.</summary>
    private const long Reserve = 256L << 20;

    private readonly string directory = Path.Combine(Path.GetFullPath(options.DataDirectory), "spool");

    public long FreeBytes
    {
        get
        {
            Directory.CreateDirectory(directory);
            return Math.Max(0, new DriveInfo(directory).AvailableFreeSpace - Reserve);
        }
    }

    public bool IsOnDatabasesDisk => options.Engine == StorageEngine.Sqlite;

    public Stream Create()
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, Guid.NewGuid().ToString("N"));
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, BufferBytes, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }
}
