using Dialer.Channels;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>The channel of a run that has no campaign yet: gone again unless the run gets one.</summary>
internal sealed class NewChannel(IChannelGrain channel, ChannelId id) : IAsyncDisposable
{
    private bool isKept;

    public ChannelId Id => id;

    public void Keep() => isKept = true;

    public async ValueTask DisposeAsync()
    {
        if (isKept)
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
