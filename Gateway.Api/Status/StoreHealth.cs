using Dialer.Reports;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Dialer.Gateway.Status;

/// <summary>Ready = the database answers within two seconds.</summary>
internal sealed class StoreHealth(IDialerQueries queries) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await queries.ReadCampaignsAsync(1).WaitAsync(TimeSpan.FromSeconds(2), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", e);
        }
    }
}
