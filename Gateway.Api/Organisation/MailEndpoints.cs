using Dialer.Gateway.Access;
using Dialer.Gateway.Problems;
using Dialer.Gateway.Wire;
using Dialer.Notifications;

namespace Dialer.Gateway.Organisation;

/// <summary><c>/api/v1/organisation/mail</c>: how the e-mails of P17 are; <c>…/test-mail</c>: whether they would arrive.</summary>
internal static class MailEndpoints
{
    public static void MapMail(this IEndpointRouteBuilder routes)
    {
        var organisation = routes.MapGroup("/api/v1/organisation").WithTags("Organisation").RequireAuthorization(AccessNames.Admin);
        organisation.MapGet("/mail", async (IMailOutbox outbox, IGrainFactory grains, TimeProvider clock) =>
                Results.Ok(MailView.Of(await grains.GetGrain<IMailGrain>(1).IsConfiguredAsync(), await outbox.ReadStateAsync(), clock.Now())))
            .WithName("getMail").WithSummary("E-mails that wait for the mail server, its last error, and those that it does not take.")
            .Produces<MailView>();
        organisation.MapPost("/test-mail", TestAsync).WithName("sendTestMail").WithSummary("Sends a mail now and tells what the mail server said.")
            .Accepts<TestMailBody>("application/json").Produces<TestMailView>()
            .ProducesProblem(400).ProducesProblem(409).ProducesProblem(422)
            .Audited("organisation.test-mail", target: null).Idempotent();
    }

    private static async Task<IResult> TestAsync(Body<TestMailBody> body, IGrainFactory grains)
    {
        if (body.Value is not { } asked)
        {
            return body.Fault!;
        }

        var answer = await grains.GetGrain<IMailGrain>(1).TestAsync(asked.To.Trim());
        return answer.IsDone ? Results.Ok(new TestMailView(answer.Value.Server, answer.Value.Said)) : Problem.Of(answer.Refusals);
    }
}

/// <summary>A mail to try the mail server with.</summary>
internal sealed record TestMailBody
{
    /// <summary>Where it goes.</summary>
    public required string To { get; init; }
}

/// <summary>The server took the mail.</summary>
/// <param name="Server">Its address, and whether the way to it was encrypted.</param>
/// <param name="Said">Its words.</param>
internal sealed record TestMailView(string Server, string Said);

/// <summary>How the e-mails are.</summary>
/// <param name="Configured">A mail server is set up; without one mails wait.</param>
/// <param name="Waiting">Not yet taken by it.</param>
/// <param name="Oldest">Since when the oldest of them waits.</param>
/// <param name="IsLate">It waits for more than ten minutes: something is wrong.</param>
/// <param name="LastError">What the server, or the way to it, said last of those.</param>
/// <param name="GivenUp">Mails that it does not take; no further attempt is made.</param>
internal sealed record MailView(
    bool Configured, int Waiting, DateTimeOffset? Oldest, bool IsLate, MailErrorView? LastError, IReadOnlyList<GivenUpView> GivenUp)
{
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(10);

    public static MailView Of(bool isConfigured, MailboxState state, UnixTime now) => new(
        isConfigured,
        state.Waiting,
        Instants.Of(state.Oldest),
        !state.Oldest.IsNone && now - state.Oldest > Late,
        state.LastError is { } error ? new MailErrorView(error, state.LastErrorAt.ToDateTimeOffset()) : null,
        [.. state.GivenUp.Select(g => new GivenUpView(g.Campaign.ToString(), g.Kind, g.To, g.At.ToDateTimeOffset(), g.Error))]);
}

internal sealed record MailErrorView(string Text, DateTimeOffset At);

internal sealed record GivenUpView(string CampaignId, MailKind Kind, string To, DateTimeOffset At, string Error);
