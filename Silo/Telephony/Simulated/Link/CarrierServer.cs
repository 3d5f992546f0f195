using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dialer.Silo.Telephony.Simulated.Link;

/// <summary>
/// Serves a carrier to dialers in other processes, several at once (<c>CarrierWire</c> tells the protocol). A dialer that is gone
/// takes none of its calls with it: they go on, as at a real carrier, and whoever asks for one is told about it from then on.
/// </summary>
public sealed partial class CarrierServer : IAsyncDisposable
{
    /// <summary>Dialers connected at once; more are turned away.</summary>
    public const int MaxConnections = 256;

    private const int Backlog = 128;
    private static readonly TimeSpan AcceptAgain = TimeSpan.FromMilliseconds(100);
    private readonly Carrier _carrier;
    private readonly ILogger _log;
    private readonly Socket _listener;
    private readonly Lock _gate = new();
    private readonly HashSet<CarrierSession> _sessions = [];
    private readonly Task _accepting;
    private bool _isStopped;

    private CarrierServer(Carrier carrier, Socket listener, ILogger log)
    {
        _carrier = carrier;
        _listener = listener;
        _log = log;
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens, with the port it was given.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Begins to listen; port 0 = any free one. The carrier stays the caller's: it is not disposed here.</summary>
    /// <exception cref="ArgumentException">The address is not this machine's own: the carrier has no access control.</exception>
    /// <exception cref="SocketException">The port is taken.</exception>
    public static CarrierServer Start(Carrier carrier, IPEndPoint listen, ILogger<CarrierServer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(carrier);
        ArgumentNullException.ThrowIfNull(listen);
        if (!IPAddress.IsLoopback(listen.Address))
        {
            throw new ArgumentException(
                $"The simulated carrier has no access control and listens on a loopback address only: give 127.0.0.1:PORT or [::1]:PORT, not {listen}.",
                nameof(listen));
        }

        var socket = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(listen);
            socket.Listen(Backlog);
            return new CarrierServer(carrier, socket, logger ?? NullLogger<CarrierServer>.Instance);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening and drops all connections; the carrier's calls go on.</summary>
    public async ValueTask DisposeAsync()
    {
        CarrierSession[] sessions;
        lock (_gate)
        {
            _isStopped = true;
            sessions = [.. _sessions];
        }

        _listener.Dispose();
        await _accepting;
        foreach (var session in sessions)
        {
            session.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                if (_isStopped)
                {
                    return;
                }

                // a dialer gave up while it waited, or this process has no handle left: neither ends the carrier, nor may it spin
                LogAcceptFailed(_log, e);
                await Task.Delay(AcceptAgain);
                continue;
            }

            socket.NoDelay = true;
            var session = new CarrierSession(_carrier, socket);
            lock (_gate)
            {
                if (_isStopped || _sessions.Count >= MaxConnections)
                {
                    LogTurnedAway(_log, session.Number);
                    session.Dispose();
                    continue;
                }

                _sessions.Add(session);
            }

            _ = ServeAsync(session);
        }
    }

    private async Task ServeAsync(CarrierSession session)
    {
        LogOpened(_log, session.Number);
        try
        {
            LogClosed(_log, session.Number, await session.RunAsync());
        }
        finally
        {
            lock (_gate)
            {
                _sessions.Remove(session);
            }
        }
    }
}
