using System.Diagnostics;

namespace Dialer.Tests;

/// <summary>The real program as a process: started from its own build output, killed by its process id.</summary>
public sealed class DialerProgram : IAsyncDisposable
{
    private readonly Process process;
    private readonly List<string> output = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DialerProgram(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ended.TrySetResult();
    }

    public int ExitCode => process.ExitCode;

    public bool HasExited => process.HasExited;

    public Task Exited => ended.Task;

    public IReadOnlyList<string> Output
    {
        get
        {
            lock (output)
            {
                return [.. output];
            }
        }
    }

    public static DialerProgram Start(string workingDirectory, params string[] arguments) => StartProgram("Gateway.Api", workingDirectory, arguments);

    public static DialerProgram Start(string workingDirectory, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartProgram("Gateway.Api", workingDirectory, arguments, environment);

    /// <summary>A silo of a cluster as a process.</summary>
    public static DialerProgram StartSilo(string workingDirectory, params string[] arguments) => StartProgram("Silo", workingDirectory, arguments);

    private static DialerProgram StartProgram(string name, string workingDirectory, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path(name));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[variable] = value;
        }

        var program = new DialerProgram(new Process { StartInfo = start });
        program.process.Start();
        program.process.BeginOutputReadLine();
        program.process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Waits for a line that contains a text; on the limit says what was printed instead.</summary>
    public async Task<string> UntilPrintedAsync(string text, TimeSpan limit)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Output.FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }

            if (HasExited || TimeProvider.System.GetElapsedTime(began) > limit)
            {
                throw new TimeoutException($"'{text}' was not printed; printed was: {string.Join(" | ", Output.TakeLast(20))}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Ctrl-C.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Runs it to its end and answers the exit code and what it printed.</summary>
    public static async Task<(int Code, IReadOnlyList<string> Output)> RunAsync(string workingDirectory, TimeSpan limit, params string[] arguments)
    {
        await using var program = Start(workingDirectory, arguments);
        return await program.EndAsync(limit);
    }

    /// <summary>Waits for its end and for the last line of its output.</summary>
    public async Task<(int Code, IReadOnlyList<string> Output)> EndAsync(TimeSpan limit)
    {
        await process.WaitForExitAsync().WaitAsync(limit);
        return (ExitCode, Output);
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await Exited;
        }

        process.Dispose();
    }

    private static string Path(string name)
    {
        // artifacts/bin/<Test>/<configuration>/ → artifacts/bin/<name>/<configuration>/
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        var path = System.IO.Path.Combine(here.Parent!.Parent!.FullName, name, here.Name, name + ".dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"The program is not built: {path}");
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.Add(line);
            }
        }
    }
}
