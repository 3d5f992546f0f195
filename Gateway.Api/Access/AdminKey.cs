using Dialer.Access;
using Dialer.Gateway.Hosting;

namespace Dialer.Gateway.Access;

/// <summary>The first administrator's key: from the environment, or made and printed once (P52).</summary>
internal static class AdminKey
{
    public const string Variable = "DIALER_ADMIN_KEY";
    private const string First = "admin";

    /// <exception cref="CommandRefusedException">The key of the environment cannot be used.</exception>
    public static string? Given()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(given) ? null
            : given.Length is >= ApiKeys.MinLength and <= ApiKeys.MaxLength && given.All(c => c is > ' ' and < '\x7f') ? given
            : throw new CommandRefusedException(
                $"{Variable} has to be {ApiKeys.MinLength} to {ApiKeys.MaxLength} printable characters without spaces, for example what `openssl rand -hex 32` prints.");
    }

    /// <summary>Answers a key to be printed: when there was none. Null = one is known.</summary>
    public static async Task<string?> EnsureAsync(IServiceProvider services)
    {
        var keys = services.GetRequiredService<ApiKeys>();
        if (Given() is { } given)
        {
            await keys.SetAsync(Variable, AccessRole.Admin, given, "environment");
            return null;
        }

        return await services.GetRequiredService<IAccessStore>().HasAdminAsync() ? null : (await keys.CreateAsync(First, AccessRole.Admin, "first start")).Text;
    }

    /// <summary>A link that signs the person at the terminal in, once; null = there is nobody to sign in as.</summary>
    public static async Task<string?> LinkAsync(IEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var admin = (await engine.Services.GetRequiredService<IAccessStore>().ListAsync()).FirstOrDefault(k => k.Role == AccessRole.Admin);
        return admin is null ? null : $"{engine.Url}{SignIn.Path}/{engine.Services.GetRequiredService<SignInLinks>().Make(admin)}";
    }

    /// <summary><c>key reset</c>: one more key of an administrator, for whoever can start the program.</summary>
    public static async Task<string> ResetAsync(IServiceProvider services) =>
        (await services.GetRequiredService<ApiKeys>().CreateAsync(First, AccessRole.Admin, "key reset")).Text;
}
