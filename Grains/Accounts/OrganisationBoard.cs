using Dialer.Accounts;

namespace Dialer.Grains.Accounts;

/// <summary>The organisation's settings as this silo last heard them; kept fresh by a loop of the silo.</summary>
public sealed class OrganisationBoard(OrganisationSettings configured)
{
    private volatile OrganisationSettings current = configured;

    /// <summary>What the configuration says: holds until settings are written.</summary>
    public OrganisationSettings Configured { get; } = configured;

    public OrganisationSettings Current => current;

    public void Told(OrganisationSettings settings) => current = settings;
}
