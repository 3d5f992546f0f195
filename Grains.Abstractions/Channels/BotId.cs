namespace Dialer.Channels;

/// <summary>Which bot answered calls are connected to, as far as its health goes (P41).</summary>
/// <param name="Address">The SIP bot's URI, else the HTTP bot's URL.</param>
[GenerateSerializer, Immutable, Alias("dialer.BotId")]
public sealed record BotId([property: Id(0)] string Address)
{
    /// <summary>Null where calls are connected to no bot.</summary>
    public static BotId? Of(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return scenario switch
        {
            { SipBotUri: { } uri } => new BotId(uri),
            { HttpBotUrl: { } url } => new BotId(url),
            _ => null,
        };
    }
}
