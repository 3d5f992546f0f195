using Dialer.Accounts;
using Dialer.Gateway.Access;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;

namespace Dialer.Gateway.Packages;

/// <summary><c>/api/v1/packages</c>: telephony and speech minutes (P46).</summary>
internal static class PackageEndpoints
{
    public static void MapPackages(this IEndpointRouteBuilder routes)
    {
        var packages = routes.MapGroup("/api/v1/packages").WithTags("Packages");
        packages.MapGet("", GetAsync).WithName("getPackages").WithSummary("What is left of the minute packages, and what was used.")
            .Produces<PackagesBody>();
        packages.MapPut("", PutAsync).WithName("putPackages")
            .WithSummary("Sets what is left from now on; null = unlimited. Campaigns that were held back may be resumed at once.")
            .Accepts<PackagesBody>("application/json").Produces<PackagesBody>()
            .ProducesProblem(400).ProducesProblem(412).ProducesProblem(422).ProducesProblem(428)
            .RequireAuthorization(AccessNames.Admin).Audited("packages.put", target: null);
    }

    private static async Task<IResult> GetAsync(HttpContext context, IGrainFactory grains) =>
        Shown(context, await grains.GetGrain<IAccountGrain>(1).GetPackagesAsync());

    private static async Task<IResult> PutAsync(Body<PackagesBody> body, HttpContext context, IGrainFactory grains)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        var account = grains.GetGrain<IAccountGrain>(1);
        var (version, stale) = Versions.Expected(context.Request, (await account.GetPackagesAsync()).Version);
        if (stale is not null)
        {
            return stale;
        }

        var answer = await account.PutPackagesAsync(new PackageLimits(asked.TelephonySeconds, asked.SpeechSeconds), version);
        return answer.IsDone ? Shown(context, answer.Value) : Problem.Of(answer.Refusals);
    }

    /// <summary>What is left changes with every call: the tag is of what was bought, and no answer is "not modified".</summary>
    private static IResult Shown(HttpContext context, PackagesView packages)
    {
        Versions.Tell(context, packages.Version);
        return Results.Ok(PackagesBody.Of(packages));
    }
}

/// <summary>The minute packages (P46). Seconds of telephony are talk, rounded per call by its channel's billing step.</summary>
internal sealed record PackagesBody
{
    /// <summary>Left now; null = unlimited. It has to be there, so that nothing left out becomes unlimited.</summary>
    public required long? TelephonySeconds { get; init; }

    /// <summary>Speech that bots use, left now; null = unlimited.</summary>
    public required long? SpeechSeconds { get; init; }

    /// <summary>Only shown: seconds that were ever used, calls that are up included.</summary>
    public PackageUseBody? Used { get; init; }

    /// <summary>Only shown: the instant of these figures.</summary>
    public DateTimeOffset? AsOf { get; init; }

    public static PackagesBody Of(PackagesView packages) => new()
    {
        TelephonySeconds = packages.TelephonyLeft,
        SpeechSeconds = packages.SpeechLeft,
        Used = new PackageUseBody(packages.TelephonyUsed, packages.SpeechUsed),
        AsOf = packages.AsOf.ToDateTimeOffset(),
    };
}

/// <summary>Seconds used.</summary>
internal sealed record PackageUseBody(long TelephonySeconds, long SpeechSeconds);
