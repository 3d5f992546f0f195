using System.Globalization;
using Dialer.Access;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Access;

/// <summary>The first administrator's key: from the environment, or made and printed once (P52).</summary>
internal static class AdminKey
{
    public const string Variable = "DIALER_ADMIN_KEY";
    private const string First = "admin";
    private const string Environment = "environment";

    /// <exception cref="CommandRefusedException">The key of the environment cannot be used.</exception>
    public static string? Given()
    {
        var given = System.Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(given) ? null
            : given.Length is >= ApiKeys.MinLength and <= ApiKeys.MaxLength && given.All(c => c is > ' ' and < '\x7f') ? given
            : throw new CommandRefusedException(
                $"{Variable} has to be {ApiKeys.MinLength} to {ApiKeys.MaxLength} printable characters without spaces, for example what `openssl rand -hex 32` prints.");
    }

    /// <summary>Answers a key to be printed: when there was none. Null = one is known.</summary>
    public static async Task<string?> EnsureAsync(IServiceProvider services)
    {
        if (Given() is { } given)
        {
            await SetAsync(services, given);
            return null;
        }

        return await services.GetRequiredService<IAccessStore>().HasAdminAsync() ? null : await MakeAsync(services, "key.create", "first start");
    }

    /// <summary>Puts the environment's key in force, if it is not.</summary>
    public static async Task SetAsync(IServiceProvider services, string given)
    {
        var keys = services.GetRequiredService<ApiKeys>();
        if (await keys.FindAsync(given) is not { Name: Variable })
        {
            await WriteDownAsync(services, "key.set", Environment, () => keys.SetAsync(Variable, AccessRole.Admin, given, Environment));
        }
    }

    /// <summary>A link that signs the person at the terminal in, once; null = there is nobody to sign in as.</summary>
    public static async Task<string?> LinkAsync(IEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var admin = (await engine.Services.GetRequiredService<IAccessStore>().ListAsync()).FirstOrDefault(k => k.Role == AccessRole.Admin);
        return admin is null ? null : $"{engine.Url}{SignIn.Path}/{engine.Services.GetRequiredService<SignInLinks>().Make(admin)}";
    }

    /// <summary><c>key reset</c>: one more key of an administrator, for whoever can start the program.</summary>
    public static Task<string> ResetAsync(IServiceProvider services) => MakeAsync(services, "key.reset", "key reset");

    private static async Task<string> MakeAsync(IServiceProvider services, string action, string actor)
    {
        var text = "";
        await WriteDownAsync(services, action, actor, async () =>
        {
            (var key, text) = await services.GetRequiredService<ApiKeys>().CreateAsync(First, AccessRole.Admin, actor);
            return key;
        });
        return text;
    }

    /// <summary>No request passes here, and the audit log has it all the same.</summary>
    private static async Task WriteDownAsync(IServiceProvider services, string action, string actor, Func<Task<ApiKey>> change)
    {
        var log = services.GetRequiredService<IAuditLog>();
        var entry = await log.BeginAsync(new AuditEntry { At = services.GetRequiredService<TimeProvider>().Now(), Actor = actor, Action = action, Target = "" });
        var key = await change();
        await log.EndAsync(entry, StatusCodes.Status201Created, key.Id.ToString(CultureInfo.InvariantCulture));
    }
}
