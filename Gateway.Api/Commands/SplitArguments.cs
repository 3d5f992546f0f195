namespace Dialer.Gateway.Commands;

/// <summary>
/// Configuration settings (<c>--Dialer:Storage=PostgreSql</c>, <c>--urls http://…</c>, <c>--ConnectionStrings:Dialer=…</c>) are
/// accepted by every command: they are taken out before the command's own options are parsed.
/// </summary>
internal sealed record SplitArguments(IReadOnlyList<string> Command, IReadOnlyList<string> Configuration)
{
    private static readonly string[] Sections = ["Dialer:", "ConnectionStrings:", "Logging:", "Kestrel:"];

    public static SplitArguments Of(IReadOnlyList<string> arguments)
    {
        var command = new List<string>();
        var configuration = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!IsSetting(arguments[i]))
            {
                command.Add(arguments[i]);
                continue;
            }

            configuration.Add(arguments[i]);
            if (!arguments[i].Contains('=', StringComparison.Ordinal) && i + 1 < arguments.Count)
            {
                configuration.Add(arguments[++i]);
            }
        }

        return new SplitArguments(command, configuration);
    }

    public bool Has(string name) => Configuration.Any(a => a.StartsWith("--" + name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a setting is on the command line or in the environment; null = not set there.</summary>
    public string? Setting(string name) => new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine([.. Configuration]).Build()[name];

    /// <summary>The settings without one of them, in whichever form it was written.</summary>
    public IEnumerable<string> Without(string name)
    {
        for (var i = 0; i < Configuration.Count; i++)
        {
            if (Configuration[i].Equals($"--{name}", StringComparison.OrdinalIgnoreCase))
            {
                i++;
            }
            else if (!Configuration[i].StartsWith($"--{name}=", StringComparison.OrdinalIgnoreCase))
            {
                yield return Configuration[i];
            }
        }
    }

    private static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
        && (Sections.Any(s => argument.AsSpan(2).StartsWith(s, StringComparison.OrdinalIgnoreCase))
            || argument.AsSpan(2).Equals("urls", StringComparison.OrdinalIgnoreCase)
            || argument.AsSpan(2).StartsWith("urls=", StringComparison.OrdinalIgnoreCase));
}
