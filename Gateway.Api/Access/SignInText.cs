namespace Dialer.Gateway.Access;

/// <summary>The words of the sign-in page.</summary>
internal sealed record SignInText(string Title, string Key, string Button, string Sso, string Or, IReadOnlyDictionary<string, string> Refusals)
{
    public const string Wrong = "key";

    public static readonly SignInText English = new("Sign in", "Key", "Sign in", "Sign in with your company account", "or with a key", new Dictionary<string, string>
    {
        [Wrong] = "There is no such key, or it was revoked.",
        ["role"] = "Your account has none of the roles of the dialer. Ask its administrator.",
        ["failed"] = "The company sign-in did not work. Try again, or use a key.",
        ["away"] = "The company sign-in does not answer. Try again later, or use a key.",
    });

    public static readonly SignInText Russian = new("Вход", "Ключ", "Войти", "Войти с учётной записью компании", "или по ключу", new Dictionary<string, string>
    {
        [Wrong] = "Такого ключа нет, или он отозван.",
        ["role"] = "У вашей учётной записи нет ни одной из ролей обзвона. Обратитесь к администратору.",
        ["failed"] = "Войти через компанию не получилось. Попробуйте ещё раз или войдите по ключу.",
        ["away"] = "Сервер входа компании не отвечает. Попробуйте позже или войдите по ключу.",
    });

    /// <summary>Only words of ours come onto the page, whatever the address says.</summary>
    public string? Refusal(string? why) => why is null ? null : Refusals.GetValueOrDefault(why);
}
