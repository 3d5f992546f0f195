using System.Text.Json.Nodes;
using Dialer.Campaigns;

namespace Dialer.Tests.CallsApi;

/// <summary>One campaign over the Calls API, with its trunk.</summary>
internal sealed class CallsStage(GatewayRig rig, CampaignView campaign, ChannelId channel, HttpClient client)
{
    public CampaignId Id => campaign.Id;

    public string Path => $"/api/calls/campaign/{campaign.Token}";

    public HttpClient Client => client;

    public ScriptedTrunk Trunk => rig.Carrier.Trunk(channel);

    public ICampaignGrain Campaign => rig.Grains.GetGrain<ICampaignGrain>(campaign.Id.Value);

    public Task<JsonNode> GetAsync(string path) => client.GetAsync(Path + path).JsonAsync();

    public Task<JsonNode> PostAsync(string path, string json) => client.PostAsync(Path + path, json).JsonAsync();

    public async Task<JobId> AddAsync(long phone)
    {
        var ids = await PostAsync("/addPhones", $$"""[{"phone":"{{phone}}"}]""");
        Assert.True(JobId.TryParse((string?)ids[0], out var id));
        return id;
    }

    /// <summary>The job's row; of one with redials the last.</summary>
    public async Task<JsonNode> JobAsync(JobId id) => (await PostAsync("/callJob/getReport", $$"""{"ids":["{{id}}"]}""")).AsArray()[^1]!;

    public Task<JsonNode> UntilJobAsync(JobId id, Func<JsonNode, bool> reached, string what) =>
        Until.GetAsync(() => JobAsync(id), reached, what, null, j => j.ToJsonString());
}
