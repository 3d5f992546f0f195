namespace Dialer.Gateway.Commands.Dial;

/// <summary>The organisation's zone and country as configured; never the host's.</summary>
internal static class OrganisationZone
{
    public static string? Of(SplitArguments arguments) => Setting(arguments, "TimeZone");

    public static string Country(SplitArguments arguments) => Setting(arguments, "Country") ?? "RU";

    private static string? Setting(SplitArguments arguments, string name)
    {
        var value = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine([.. arguments.Configuration])
            .Build()[$"Dialer:{name}"];
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }
}
