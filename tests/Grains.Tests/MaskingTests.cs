using Dialer.Silo.Hosting;

namespace Dialer.Tests;

/// <summary>P54: logs show whom we called to nobody.</summary>
public class MaskingTests
{
    [Theory]
    [InlineData("Activation subscriber/1001/79161234567 is slow", "Activation subscriber/1001/7916*****67 is slow")]
    [InlineData("to +375291234567.", "to +3752******67.")]
    [InlineData("POST /api/calls/campaign/1.1002.yB8lNL1iiEQBCQjWaiiPDMvabqRZ4Zs9w57uLKMMfR8/addPhones", "POST /api/calls/campaign/1.1002.***/addPhones")]
    [InlineData("POST https://d.example/callbacks/calls/1001-2/Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6 failed", "POST https://d.example/callbacks/calls/1001-2/*** failed")]
    [InlineData("GET /CALLBACKS/calls/1001-2/short?x=1", "GET /CALLBACKS/calls/1001-2/***?x=1")]
    [InlineData("call 1001-2 took 0.125 s at 192.0.2.17:5060", "call 1001-2 took 0.125 s at 192.0.2.17:5060")]
    public void Text_IsMasked(string text, string masked) => Assert.Equal(masked, MaskedConsoleFormatter.Mask(text));
}
