using Dialer.Accounts;
using Dialer.Grains.Accounts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dialer.Silo.Hosting;

/// <summary>Keeps a gateway's copy of the organisation's settings fresh, as the silos' own loops do.</summary>
internal sealed partial class OrganisationListener(IGrainFactory grains, OrganisationBoard board, TimeProvider clock, ILogger<OrganisationListener> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                board.Told((await grains.GetGrain<IAccountGrain>(1).GetAsync()).Settings);
            }
            catch (Exception e)
            {
                LogFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The organisation's settings could not be read: {Cause}")]
    private partial void LogFailed(string cause);
}
