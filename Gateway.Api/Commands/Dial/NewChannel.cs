using Dialer.Channels;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>The channel of a run that has no campaign yet: gone again unless the run gets one.</summary>
internal sealed class NewChannel(IChannelGrain channel, ChannelId id) : IAsyncDisposable
{
    public ChannelId Id => id;

    /// <summary>A campaign uses it, or may.</summary>
    public bool IsKept { get; set; }

    public async ValueTask DisposeAsync()
    {
        if (IsKept)
        {
            return;
        }

        try
        {
            await channel.DeleteAsync(force: true);
        }
        catch (Exception e) when (Outages.IsStore(e))
        {
            // why the run ends is what its operator must hear; a channel without a campaign calls nobody
        }
    }
}
