using Dialer.Gateway.Problems;
using Dialer.Intake;

namespace Dialer.Gateway.Wire;

/// <summary>A request that was given a key of idempotence, as its endpoint sees it.</summary>
internal sealed class IdempotentRequest(IRequestBook book, IntakeKey key, ClaimedRequest claim)
{
    public ClaimedRequest Claim => claim;

    public static IResult Reused => Problem.Of(
        StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This key was used with another body; take a new one.");

    /// <summary>Of a request whose content the endpoint has read itself: null = it is to be done, else what it is answered.</summary>
    /// <param name="hash">Of all that makes the request what it is.</param>
    public async Task<IResult?> SettleAsync(string hash) =>
        await book.BindAsync(key, hash) != hash ? Reused
        : claim.Answer is { } answer ? KeptAnswer.Read(answer)
        : null;

    public Task KeepAsync(string answer) => book.KeepAsync(key, answer);

    public Task ReleaseAsync() => book.ReleaseAsync(key);

    public Task ForgetAsync() => book.ForgetAsync(key);
}

/// <summary>What endpoints ask of it, with a key or without.</summary>
internal static class IdempotentRequests
{
    /// <summary>The key that this request was given; null = none.</summary>
    public static IdempotentRequest? Idempotence(this HttpContext context) => context.Features.Get<IdempotentRequest>();

    /// <summary>The id of what a request makes: a repeat has the first one's, which stood in the book before anything was made.</summary>
    public static async Task<long> NewIdAsync(this HttpContext context, INewIds ids) =>
        context.Idempotence() is { } request ? request.Claim.Id : await ids.NextAsync();

    /// <summary>A request with this key was left without an answer; what it was to make may be there.</summary>
    public static bool IsRepeat(this HttpContext context) => context.Idempotence()?.Claim.Claim == RequestClaim.Again;

    /// <summary>What the first request made is not there any more.</summary>
    public static IResult Gone() => Problem.Of(
        StatusCodes.Status409Conflict, "idempotency_target_deleted", $"What the first request with this {Idempotency.Header} made has been deleted since; take a new key.");
}
