namespace Dialer.Gateway.Hosting;

/// <summary>A running dialer in this process; disposing it ends it politely.</summary>
public interface IEngine : IAsyncDisposable
{
    IServiceProvider Services { get; }

    /// <summary>Where it serves HTTP; null = nowhere.</summary>
    string? Url { get; }

    /// <summary>Ends when something else stopped the process (storage gone, told to exit).</summary>
    CancellationToken Stopping { get; }
}

/// <summary>How a command wants the dialer started.</summary>
/// <param name="Arguments">Configuration settings from the command line (<c>--Dialer:X=Y</c>, <c>--urls</c>).</param>
/// <param name="DataDirectory">Where data is kept unless a setting says otherwise.</param>
/// <param name="IsQuiet">Only errors are logged: the command has a screen of its own.</param>
/// <param name="NeedsHttp">Serve HTTP even without <c>--urls</c>.</param>
public sealed record EngineStart(IReadOnlyList<string> Arguments, string DataDirectory, bool IsQuiet, bool NeedsHttp);

/// <summary>Starts the dialer: composed in <c>Program.cs</c>, the one place that knows the silo.</summary>
/// <exception cref="CommandRefusedException">Settings or data directory cannot be used.</exception>
public delegate Task<IEngine> EngineStarter(EngineStart start, CancellationToken cancel);

/// <summary>A command cannot do what was asked: one message, exit code 1.</summary>
public sealed class CommandRefusedException : Exception
{
    public CommandRefusedException()
    {
    }

    public CommandRefusedException(string message)
        : base(message)
    {
    }

    public CommandRefusedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A command stopped and can be resumed: one message, exit code 2.</summary>
public sealed class CommandStoppedException : Exception
{
    public CommandStoppedException()
    {
    }

    public CommandStoppedException(string message)
        : base(message)
    {
    }

    public CommandStoppedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
