using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Dialer.Access;
using Dialer.Numbers;
using Microsoft.AspNetCore.Authorization;

namespace Dialer.Gateway.Access;

/// <summary>An endpoint that changes something, under the name by which the audit log tells it (P52).</summary>
internal sealed record AuditedAttribute(string Action, string? TargetParameter, bool IsPhone);

/// <summary>Writes down each change before it is made, and its answer afterwards (P52).</summary>
internal static partial class Audit
{
    private const string TargetItem = "audit.target";
    private const int PhoneHashBytes = 16;

    /// <param name="builder">The endpoint.</param>
    /// <param name="action">What it does, for example <c>campaign.pause</c>.</param>
    /// <param name="target">The route parameter that names what is changed; null = the answer tells.</param>
    /// <param name="isPhone">The parameter is a phone: its hash is kept.</param>
    public static TBuilder Audited<TBuilder>(this TBuilder builder, string action, string? target = "id", bool isPhone = false)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AuditedAttribute(action, target, isPhone));

    /// <summary>What a change made or touched, where the path does not say it.</summary>
    public static void AuditTarget(this HttpContext context, string target) => context.Items[TargetItem] = target;

    /// <summary>However the phone was written, its history is found under one hash.</summary>
    public static string HashOf(PhoneNumber phone) => HashOf(phone.Digits);

    private static string HashOf(string text) => "phone:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))[..PhoneHashBytes]);

    public static IApplicationBuilder UseAudit(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AuditedAttribute>() is not { } audited)
        {
            await next(context);
            return;
        }

        var log = context.RequestServices.GetRequiredService<IAuditLog>();
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await AfterwardsAsync(context, next, log, audited);
            return;
        }

        var entry = await log.BeginAsync(EntryOf(context, audited, TargetOf(context, audited)));
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            await CompleteAsync(context, audited, () => log.EndAsync(entry, status, context.Items[TargetItem] as string));
        }
    });

    /// <summary>By a token: only once it is known to be a campaign's, or anybody could fill the log.</summary>
    private static async Task AfterwardsAsync(HttpContext context, RequestDelegate next, IAuditLog log, AuditedAttribute audited)
    {
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            if (context.Items[TargetItem] is string target)
            {
                await CompleteAsync(context, audited, async () => await log.EndAsync(await log.BeginAsync(EntryOf(context, audited, target)), status, null));
            }
        }
    }

    private static string TargetOf(HttpContext context, AuditedAttribute audited)
    {
        var named = audited.TargetParameter is null ? "" : context.GetRouteValue(audited.TargetParameter)?.ToString() ?? "";
        if (!audited.IsPhone)
        {
            return named;
        }

        var read = context.RequestServices.GetRequiredService<INumberReader>().Read(named, null);
        return read.IsDone ? HashOf(read.Value.Phone) : HashOf(named);
    }

    /// <summary>A change that has been made stays made and is answered so, even if its entry cannot be completed.</summary>
    private static async Task CompleteAsync(HttpContext context, AuditedAttribute audited, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception e)
        {
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Audit));
            LogNotCompleted(log, audited.Action, context.Response.StatusCode, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit entry of {Action}, answered {Status}, could not be completed: {Cause}")]
    private static partial void LogNotCompleted(ILogger log, string action, int status, string cause);

    private static AuditEntry EntryOf(HttpContext context, AuditedAttribute audited, string target) => new()
    {
        At = context.RequestServices.GetRequiredService<TimeProvider>().Now(),
        Actor = context.User.Actor(),
        ActorId = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "",
        Action = audited.Action,
        Target = target,
    };
}
