using Dialer.Gateway.Hosting;
using System.Data.Common;
using System.Net.Sockets;

namespace Dialer.Gateway.Commands;

/// <summary>What failures of the surroundings look like, and the last word of every command: nobody sees a stack trace.</summary>
internal static class Outages
{
    /// <summary>
    /// SQLSTATE of a statement that the database refused for what was in it: classes 22 (a value) and 23 (a condition). It is no outage:
    /// asked again it is refused again. Null = it is something else.
    /// </summary>
    public static string? RefusedState(Exception e) =>
        Causes(e).OfType<DbException>().Select(d => d.SqlState).FirstOrDefault(s => s is ['2', '2' or '3', ..]);

    /// <summary>Whether it is the database that failed.</summary>
    public static bool IsStore(Exception e) => RefusedState(e) is null && Causes(e).Any(c => c is DbException or TimeoutException or SocketException or Orleans.Runtime.OrleansException);

    /// <summary>The innermost cause in one line: the outer ones say only that something failed.</summary>
    public static string Text(Exception e) => OneLine(Causes(e).Last().Message);

    /// <summary>Runs a command; whatever escapes it becomes one line and an exit code.</summary>
    public static async Task<int> EndAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (CommandRefusedException e)
        {
            return await SayAsync(e.Message, ExitCodes.Refused);
        }
        catch (CommandStoppedException e)
        {
            return await SayAsync(e.Message, ExitCodes.Stopped);
        }
        catch (InvalidDataException e)
        {
            return await SayAsync($"appsettings.json cannot be used: {Text(e)}", ExitCodes.Refused);
        }
        catch (Exception e) when (IsStore(e))
        {
            return await SayAsync($"The database does not answer: {Text(e)} The same command goes on where it was.", ExitCodes.Stopped);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await SayAsync($"A file cannot be read or written: {Text(e)} The same command goes on where it was.", ExitCodes.Stopped);
        }
        catch (Exception e)
        {
            return await SayAsync($"Stopped by an unexpected {e.GetType().Name}: {Text(e)} The same command goes on where it was.", ExitCodes.Stopped);
        }
    }

    private static async Task<int> SayAsync(string text, int code)
    {
        await Console.Error.WriteLineAsync(OneLine(text));
        return code;
    }

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length == 0 || line[^1] is '.' or '!' or '?' ? line : line + ".";
    }

    private static IEnumerable<Exception> Causes(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
