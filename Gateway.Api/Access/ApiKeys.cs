using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dialer.Access;

namespace Dialer.Gateway.Access;

/// <summary>Makes keys and finds who holds one (P52). Keys are random enough that a plain hash hides them.</summary>
internal sealed class ApiKeys(IAccessStore store, INewIds ids, TimeProvider clock)
{
    public const int MinLength = 32;
    public const int MaxLength = 128;
    private const string Prefix = "dk_";
    private const int SecretBytes = 32;

    /// <summary>A new key; it is told once.</summary>
    /// <param name="name">Who or what uses it.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="actor">Who makes it.</param>
    /// <param name="id">An id that was reserved for it; null = a new one.</param>
    public async Task<(ApiKey Key, string Text)> CreateAsync(string name, AccessRole role, string actor, long? id = null)
    {
        var text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var key = await NewAsync(name, role, actor, id);
        await store.InsertAsync(key, HashOf(text));
        return (key, text);
    }

    /// <summary>Makes a key that was given from outside the one of this name.</summary>
    public async Task<ApiKey> SetAsync(string name, AccessRole role, string text, string actor)
    {
        var key = await NewAsync(name, role, actor);
        await store.ReplaceAsync(key, HashOf(text));
        return key;
    }

    /// <summary>Who holds this key; null = nobody.</summary>
    public Task<ApiKey?> FindAsync(string text) =>
        text.Length is < MinLength or > MaxLength ? Task.FromResult<ApiKey?>(null) : store.FindAsync(HashOf(text));

    private async Task<ApiKey> NewAsync(string name, AccessRole role, string actor, long? id = null) => new()
    {
        Id = id ?? await ids.NextAsync(),
        Name = name,
        Role = role,
        CreatedAt = clock.Now(),
        CreatedBy = actor,
    };

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
