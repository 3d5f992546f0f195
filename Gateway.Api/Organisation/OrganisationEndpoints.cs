using Dialer.Accounts;
using Dialer.Gateway.Access;
using Dialer.Gateway.Channels;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;

namespace Dialer.Gateway.Organisation;

/// <summary><c>/api/v1/organisation</c>: settings of the installation; <c>/api/v1/stop-now</c>: everything (P61).</summary>
internal static class OrganisationEndpoints
{
    public static void MapOrganisation(this IEndpointRouteBuilder routes)
    {
        var organisation = routes.MapGroup("/api/v1/organisation").WithTags("Organisation");
        organisation.MapGet("", GetAsync).WithName("getOrganisation").WithSummary("Country, zone, care for the people called, retention.")
            .Produces<OrganisationBody>().Produces(304);
        organisation.MapPut("", PutAsync).WithName("putOrganisation").WithSummary("Replaces the settings; all silos follow within seconds.")
            .Accepts<OrganisationBody>("application/json").Produces<OrganisationBody>()
            .ProducesProblem(400).ProducesProblem(412).ProducesProblem(422).ProducesProblem(428)
            .RequireAuthorization(AccessNames.Admin).Audited("organisation.put", target: null);
        routes.MapPost("/api/v1/stop-now", async (HttpContext context, IGrainFactory grains) =>
                Results.Ok(new Stopped(await grains.GetGrain<IAccountGrain>(1).StopNowAsync(context.User.Actor()))))
            .WithName("stopNow").WithTags("Organisation").WithSummary("Pauses every campaign and hangs up every call within two seconds.")
            .Produces<Stopped>().RequireAuthorization(AccessNames.Operator).Audited("stop-now", target: null).Idempotent();
    }

    private static async Task<IResult> GetAsync(HttpContext context, IGrainFactory grains)
    {
        var organisation = await grains.GetGrain<IAccountGrain>(1).GetAsync();
        Versions.Tell(context, organisation.Version);
        return Versions.IsKnown(context.Request, organisation.Version)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Ok(OrganisationBody.Of(organisation.Settings));
    }

    private static async Task<IResult> PutAsync(Body<OrganisationBody> body, HttpContext context, IGrainFactory grains)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        var account = grains.GetGrain<IAccountGrain>(1);
        var (version, stale) = Versions.Expected(context.Request, (await account.GetAsync()).Version);
        if (stale is not null)
        {
            return stale;
        }

        var answer = await account.PutAsync(asked.ToSettings(), version);
        if (!answer.IsDone)
        {
            return Problem.Of(answer.Refusals);
        }

        Versions.Tell(context, answer.Value.Version);
        return Results.Ok(OrganisationBody.Of(answer.Value.Settings));
    }
}

/// <summary>Settings of the installation.</summary>
internal sealed record OrganisationBody
{
    /// <summary>ISO country: outer hours, number format and destinations where nothing more is known.</summary>
    public required string Country { get; init; }

    /// <summary>IANA zone that campaigns without one of their own take.</summary>
    public string? TimeZone { get; init; }

    public CareBody Care { get; init; } = new();

    /// <summary>Days after which the data of a deleted campaign is erased (P57).</summary>
    public int RetentionDays { get; init; } = 30;

    public static OrganisationBody Of(OrganisationSettings settings) => new()
    {
        Country = settings.Country,
        TimeZone = settings.TimeZone,
        Care = CareBody.Of(settings.Care),
        RetentionDays = settings.RetentionDays,
    };

    public OrganisationSettings ToSettings() => new() { Country = Country, TimeZone = TimeZone, Care = Care.ToSettings(), RetentionDays = RetentionDays };
}

/// <summary>Care for the people called (P22, P58, P60, P12), on SIP channels. A cap of 0 = none.</summary>
internal sealed record CareBody
{
    /// <summary>Minutes between the end of one job of a phone and the start of another.</summary>
    public int GapMinutes { get; init; } = 5;

    public int CallsPerDay { get; init; } = 10;

    public int CallsPerWeek { get; init; }

    public int CallsPerMonth { get; init; }

    /// <summary>Calls in any <see cref="RollingHours"/> hours.</summary>
    public int CallsPerRollingHours { get; init; }

    public int RollingHours { get; init; } = 24;

    /// <summary>Keep to the country's outer hours in the callee's zone.</summary>
    public bool OuterHours { get; init; } = true;

    /// <summary>Pause a campaign whose outcomes look like a wrong prefix or a carrier's limit.</summary>
    public bool SuspiciousOutcomes { get; init; } = true;

    public static CareBody Of(CareSettings care) => new()
    {
        GapMinutes = care.GapMinutes,
        CallsPerDay = care.CallsPerDay,
        CallsPerWeek = care.CallsPerWeek,
        CallsPerMonth = care.CallsPerMonth,
        CallsPerRollingHours = care.CallsPerRollingHours,
        RollingHours = care.RollingHours,
        OuterHours = care.OuterHours,
        SuspiciousOutcomes = care.SuspiciousOutcomes,
    };

    public CareSettings ToSettings() => new()
    {
        GapMinutes = GapMinutes,
        CallsPerDay = CallsPerDay,
        CallsPerWeek = CallsPerWeek,
        CallsPerMonth = CallsPerMonth,
        CallsPerRollingHours = CallsPerRollingHours,
        RollingHours = RollingHours,
        OuterHours = OuterHours,
        SuspiciousOutcomes = SuspiciousOutcomes,
    };
}
