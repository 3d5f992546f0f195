using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dialer.Tests.Simulated;

/// <summary>A wire between dialer and carrier that a test can cut, let swallow what is sent, and mend.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly List<Socket> _ends = [];
    private readonly StringBuilder _swallowed = new();
    private readonly Task _accepting;
    private (string Text, TaskCompletionSource Done)? _awaited;
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isCut;

    public CutProxy(IPEndPoint target)
    {
        Target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    public IPEndPoint Target { get; set; }

    /// <summary>What the dialer sends does not arrive.</summary>
    public bool SwallowsToCarrier { get; set; }

    /// <summary>What the carrier sends does not arrive.</summary>
    public bool SwallowsToDialer { get; set; }

    /// <summary>Done when the dialer connects the next time.</summary>
    public Task Connected
    {
        get
        {
            lock (_gate)
            {
                _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
                return _connected.Task;
            }
        }
    }

    /// <summary>Breaks every connection and takes no new one until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            foreach (var end in _ends)
            {
                end.Close(0);
            }

            _ends.Clear();
        }
    }

    public void Mend()
    {
        lock (_gate)
        {
            _isCut = false;
            SwallowsToCarrier = SwallowsToDialer = false;
        }
    }

    /// <summary>Waits until a text was swallowed.</summary>
    public async Task SwallowedAsync(string text)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_swallowed.ToString().Contains(text, StringComparison.Ordinal))
            {
                return;
            }

            _awaited = (text, done);
        }

        await done.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket dialer;
            try
            {
                dialer = await _listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            var carrier = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            lock (_gate)
            {
                if (_isCut)
                {
                    dialer.Close(0);
                    continue;
                }

                _ends.AddRange([dialer, carrier]);
                _connected.TrySetResult();
            }

            _ = ConnectAsync(dialer, carrier);
        }
    }

    private async Task ConnectAsync(Socket dialer, Socket carrier)
    {
        try
        {
            await carrier.ConnectAsync(Target);
            dialer.NoDelay = carrier.NoDelay = true;
            _ = PumpAsync(dialer, carrier, () => SwallowsToCarrier);
            await PumpAsync(carrier, dialer, () => SwallowsToDialer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            dialer.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<bool> swallows)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                if (swallows())
                {
                    Swallow(Encoding.ASCII.GetString(buffer, 0, read));
                }
                else
                {
                    await to.SendAsync(buffer.AsMemory(0, read));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the wire was cut
        }

        from.Dispose();
        to.Dispose();
    }

    private void Swallow(string text)
    {
        lock (_gate)
        {
            _swallowed.Append(text);
            if (_awaited is { } awaited && _swallowed.ToString().Contains(awaited.Text, StringComparison.Ordinal))
            {
                awaited.Done.TrySetResult();
            }
        }
    }
}
