using Dialer.Conformance;
using Dialer.Silo.Storage;

namespace Dialer.Tests.CallsApi;

/// <summary>The checklist of calls-api §7 against our own host, item by item: what <c>tests/Conformance</c> checks from outside.</summary>
public class ConformanceTests(Rigs rigs)
{
    public static TheoryData<StorageEngine, string> Checks
    {
        get
        {
            var data = new TheoryData<StorageEngine, string>();
            foreach (var check in Suite.All.Where(c => !c.StopsCampaign))
            {
                data.Add(StorageEngine.Sqlite, check.ToString());
                data.Add(StorageEngine.PostgreSql, check.ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task Checklist_P47(StorageEngine engine, string check)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = new CallsClient(rig.Url, (await rig.CampaignAsync()).Token);
        Assert.Null(await Suite.RunAsync(Suite.All.Single(c => c.ToString() == check), client));
    }

    [Theory, BothEngines]
    public async Task ChecklistOfAStoppedCampaign_P47(StorageEngine engine)
    {
        var rig = await rigs.GetAsync(engine);
        using var client = new CallsClient(rig.Url, (await rig.CampaignAsync()).Token);
        foreach (var check in Suite.All.Where(c => c.StopsCampaign))
        {
            Assert.Null(await Suite.RunAsync(check, client));
        }
    }

    [Fact]
    public async Task CommandLine_TellsEachCheck_AndFailsOnAHostThatDeviates()
    {
        var rig = await rigs.GetAsync();
        var token = (await rig.CampaignAsync()).Token;
        Assert.Equal(0, await Suite.RunAsync([rig.Url.ToString(), token, "--may-stop"]));
        Assert.Equal(1, await Suite.RunAsync([rig.Url.ToString(), "1.2.nosuchtoken"]));
        Assert.Equal(2, await Suite.RunAsync([]));
    }
}
