using System.Globalization;
using Dialer.Gateway.Hosting;
using Dialer.PhoneLists;

namespace Dialer.Gateway.Commands.Dial;

/// <summary>The list of a run: known again, or imported; what is wrong with its rows is said either way.</summary>
internal sealed class DialIntake(IEngine engine, DialRequest request, string country, DialScreen screen)
{
    private const int RejectedShown = 50;

    private readonly IListImport import = engine.Services.GetRequiredService<IListImport>();
    private string? identity;

    /// <summary>The same content imported before under the same country; null = it is to be imported.</summary>
    public async Task<PhoneListSummary?> FindAsync(CancellationToken cancel)
    {
        identity = await ListIdentity.OfAsync(request.List, country, cancel);
        // one without any number is read again: there is nothing to resume, and its rows may be judged otherwise by now
        return identity is not null && await import.FindBySourceAsync(identity) is { Accepted: > 0 } known ? known : null;
    }

    public async Task<PhoneListSummary> ImportAsync(CancellationToken cancel)
    {
        var ask = new ListImportRequest { Name = Path.GetFileName(request.List), Country = country, Source = identity };
        var answer = await screen.WithImportAsync(progress => import.ImportFileAsync(ask, request.List, progress, cancel));
        cancel.ThrowIfCancellationRequested();
        return answer.IsDone ? answer.Value : throw new CommandRefusedException(answer.Refusal.Text);
    }

    /// <summary>What was imported, and what was wrong with each row that was not.</summary>
    public async Task TellAsync(PhoneListSummary list, bool isKnown, CancellationToken cancel)
    {
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{request.List}{(isKnown ? " was imported before" : "")}: {list.Rows} rows, {list.Accepted} numbers to call, {list.Duplicates} duplicates skipped, {list.Rejected} rejected")
            + (list.Fixed > 0 ? $", {list.Fixed} with 8 made 7." : "."));
        var shown = 0;
        await foreach (var row in import.ReadRejectedAsync(list.Id, cancel))
        {
            if (shown++ == RejectedShown)
            {
                screen.Line($"  … and {list.Rejected + list.Duplicates - RejectedShown} more.");
                break;
            }

            screen.Line($"  line {row.Line}: {row.Reason} [{row.Code}]");
        }
    }
}
