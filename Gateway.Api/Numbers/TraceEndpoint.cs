using Dialer.Calls;
using Dialer.Gateway.Access;
using Dialer.Gateway.Problems;
using Dialer.Reports;
using Dialer.Silos;
using Orleans.Runtime;

namespace Dialer.Gateway.Numbers;

/// <summary>The SIP messages of one call, as text: from whichever silo made it.</summary>
internal static class TraceEndpoint
{
    public static void MapTraces(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/campaigns/{id:long}/numbers/{jobId:long}/tries/{number:int}/trace", GetAsync)
        .WithName("getTrace").WithTags("Numbers")
        .WithSummary("The SIP messages of a call, where the channel's trace is on. Digest answers and SRTP keys are masked.")
        .Produces<string>(StatusCodes.Status200OK, "text/plain").ProducesProblem(StatusCodes.Status404NotFound)
        .RequireAuthorization(AccessNames.Operator);

    private static async Task<IResult> GetAsync(long id, long jobId, int number, IDialerQueries queries, IGrainFactory grains)
    {
        var job = new JobId(jobId);
        if (await Campaigns.CampaignEndpoints.FindAsync(grains, id) is null || (await queries.ReadJobsAsync(new CampaignId(id), [job])).SingleOrDefault() is not { } report)
        {
            return Problem.Of(StatusCodes.Status404NotFound, "number_not_found", "There is no such number in this campaign.");
        }

        if (report.Phone.IsNone)
        {
            // erased (P57): the silos delete their files soon
            return NoTrace();
        }

        var hosts = await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        var found = await Task.WhenAll(hosts.Keys.Select(host => ReadAsync(grains, host, new TryId(job, number))));
        return found.FirstOrDefault(t => t is not null) is { } trace
            ? Results.Text(trace, "text/plain")
            : NoTrace();
    }

    private static IResult NoTrace() => Problem.Of(
        StatusCodes.Status404NotFound, "trace_not_found", "This call has no trace: it is written when the call ends, where the channel's trace is on, and kept for 7 days.");

    private static async Task<string?> ReadAsync(IGrainFactory grains, SiloAddress host, TryId id)
    {
        try
        {
            return await grains.GetGrain<ISiloCallsGrain>(host.ToParsableString()).ReadTraceAsync(id);
        }
        catch (Exception e) when (e is OrleansException or TimeoutException)
        {
            // gone, or frozen: the others are asked too
            return null;
        }
    }
}
