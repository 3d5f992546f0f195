namespace Dialer.Silo.Telephony.HttpBots;

/// <summary>
/// Reads an answer to its end within the time and the breaker of its request, and no more of it than is allowed: a bot that sends for
/// ever is as slow as one that does not answer.
/// </summary>
internal sealed class BoundedAnswers : DelegatingHandler
{
    /// <summary>The longest answer, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        try
        {
            await answer.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}
