using System.Xml.Linq;
using Dialer.Access;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace Dialer.Gateway.Access;

/// <summary>Keys that cookies are encrypted with: in the database, so that every gateway of a cluster reads what another wrote.</summary>
internal sealed class ProtectionKeys(IAccessStore store, TimeProvider clock) : IXmlRepository, IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options) => options.XmlRepository = this;

    // the framework asks once at start and about once a day, on a thread of its own, and waits
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. Task.Run(store.ReadProtectionKeysAsync).GetAwaiter().GetResult().Select(xml => XElement.Parse(xml))];

    public void StoreElement(XElement element, string friendlyName) =>
        Task.Run(() => store.AddProtectionKeyAsync(
            friendlyName, element.ToString(SaveOptions.DisableFormatting), clock.Now())).GetAwaiter().GetResult();
}
