using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>The trunk's password: from a file or the environment, never from the command line, which others can read.</summary>
internal static class TrunkPassword
{
    public const string Variable = "DIALER_SIP_PASSWORD";

    private const int LongestFile = 4_096;

    /// <exception cref="CommandRefusedException">The file cannot be used.</exception>
    public static Secret? Read(string? file)
    {
        var text = file is null ? Environment.GetEnvironmentVariable(Variable) : OfFile(file);
        return string.IsNullOrEmpty(text) ? null : new Secret(text);
    }

    private static string OfFile(string file)
    {
        try
        {
            // one line; the line end that editors put behind it is not part of it
            var text = new FileInfo(file).Length <= LongestFile ? File.ReadAllText(file).TrimEnd('\r', '\n') : "";
            return text.Length > 0 && !text.Any(char.IsControl)
                ? text
                : throw new CommandRefusedException($"--password-file {file} does not hold a password: it must be one line.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException($"--password-file {file} cannot be read: {e.Message}", e);
        }
    }
}
