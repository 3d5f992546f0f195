using System.Diagnostics;
using System.Threading.Channels;

namespace Dialer.Gateway.Commands.Demo;

/// <summary>A process of this very program, with its lines of output.</summary>
internal sealed class DemoChild : IAsyncDisposable
{
    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    private readonly List<string> errors = [];

    private DemoChild(Process process) => this.process = process;

    public ChannelReader<string> Lines => lines.Reader;

    public int Id => process.Id;

    /// <summary>What it complained of, for the message when it ends too soon.</summary>
    public string Errors
    {
        get
        {
            lock (errors)
            {
                return string.Join(' ', errors);
            }
        }
    }

    public static DemoChild Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        // run by `dotnet app.dll` or by the program's own host
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Gateway.Api.dll"));
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var child = new DemoChild(new Process { StartInfo = start, EnableRaisingEvents = true });
        child.process.OutputDataReceived += (_, e) => child.Take(e.Data);
        child.process.ErrorDataReceived += (_, e) => child.Complain(e.Data);
        child.process.Start();
        child.process.BeginOutputReadLine();
        child.process.BeginErrorReadLine();
        return child;
    }

    /// <summary><c>kill -9</c>: nothing is closed, nothing is said.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            lines.Writer.TryComplete();
            return;
        }

        lines.Writer.TryWrite(line);
    }

    private void Complain(string? line)
    {
        lock (errors)
        {
            if (line is not null && errors.Count < 20)
            {
                errors.Add(line);
            }
        }
    }
}
