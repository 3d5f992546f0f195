using Dialer.Calls;
using Dialer.Numbers;

namespace Dialer.Silo.Telephony.Simulated;

/// <summary>
/// A carrier's own books (P44): a file that is only ever appended to, one unbuffered write per line, so that what it says
/// outlives a killed process. Several carriers of one process may keep the same file (silos of a test cluster); a second
/// process is refused, because two writers would overwrite each other's lines.
/// </summary>
public sealed class CarrierLedger : IDisposable
{
    // One open file per path and process: two streams on one file each write at a place of their own.
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, Book> Books = new(StringComparer.Ordinal);

    private readonly Book _book;
    private readonly TimeProvider _clock;
    private bool _isClosed;

    private CarrierLedger(Book book, TimeProvider clock)
    {
        _book = book;
        _clock = clock;
    }

    /// <summary>Opens the file, making it and its folder if need be.</summary>
    /// <exception cref="IOException">It cannot be written, or another process keeps it; the message says which.</exception>
    public static CarrierLedger Open(string path, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(clock);
        var full = Path.GetFullPath(path);
        lock (Gate)
        {
            if (!Books.TryGetValue(full, out var book))
            {
                book = Book.Open(full);
                Books.Add(full, book);
            }

            book.Users++;
            return new CarrierLedger(book, clock);
        }
    }

    /// <summary>A call came. When this returns, the line is with the operating system.</summary>
    public void Start(TryId id, PhoneNumber phone) => Write(isStart: true, id, phone);

    /// <summary>A call is over.</summary>
    public void End(TryId id, PhoneNumber phone) => Write(isStart: false, id, phone);

    public void Dispose()
    {
        lock (Gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            if (--_book.Users == 0)
            {
                Books.Remove(_book.Path);
                _book.Close();
            }
        }
    }

    private void Write(bool isStart, TryId id, PhoneNumber phone)
    {
        Span<byte> line = stackalloc byte[LedgerLine.MaxLength];
        lock (_book.File)
        {
            // read under the lock: the lines of a file stand in the order of their instants
            var length = new LedgerLine(_clock.Now(), isStart, id, phone).Format(line);
            _book.File.Write(line[..length]);
        }
    }

    private sealed class Book(string path, FileStream file, FileStream owner)
    {
        public string Path { get; } = path;

        public FileStream File { get; } = file;

        public int Users { get; set; }

        public static Book Open(string path)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            var owner = Own(path + ".lock");
            try
            {
                return new Book(path, new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), owner);
            }
            catch
            {
                owner.Dispose();
                throw;
            }
        }

        public void Close()
        {
            File.Dispose();
            owner.Dispose();
        }

        // Readers must be able to open the ledger at any time, so what keeps other writers out is a file beside it.
        private static FileStream Own(string path)
        {
            try
            {
                return new FileStream(
                    path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                throw new IOException($"The ledger is kept by another process, or {path} cannot be made: give each carrier a ledger of its own. ({e.Message})", e);
            }
        }
    }
}
