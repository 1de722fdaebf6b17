using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Scenarios;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

public sealed class ScenarioCatalogTests
{
    [Fact]
    public void The_shipped_lessons_have_the_four_steps_in_the_articles_order()
    {
        ScenarioCatalog catalog = ScenarioCatalog.Load(Path.Combine(AppContext.BaseDirectory, "Scenarios"));
        Assert.Equal(["without-reuseaddr", "with-reuseaddr"], catalog.All.Select(s => s.Id));
        foreach (Scenario scenario in catalog.All)
            Assert.Equal(["Start listener", "Connect", "Close", "Rebind"], scenario.Steps.Select(s => s.Title));
        Assert.False(catalog.Find("without-reuseaddr")!.Defaults.ListenerReuseAddr);
        Assert.True(catalog.Find("with-reuseaddr")!.Defaults is { ListenerReuseAddr: true, RebindReuseAddr: true, Port: 11111 });
        // The server closes the accepted socket first: that makes it the active closer.
        Assert.Equal(("afd", SocketCall.Close), catalog.All[0].Steps[2].Calls.Select(c => (c.Socket, c.Call)).First());
    }

    [Theory]
    [InlineData("call: bind", "call: bnid", "calls[2].call")]
    [InlineData("host: server, program", "host: sever, program", "sever")]
    [InlineData("backlog: 5", "backlgo: 5", "backlgo")]
    [InlineData("steps:", "steps: [", "Scenarios")]
    [InlineData("title: Close", "", "title")]
    public void A_faulty_file_is_refused_and_the_fault_named(string right, string wrong, string named)
    {
        using var directory = new TemporaryDirectory();
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scenarios", "rebind.yaml"));
        Assert.Contains(right, text);
        File.WriteAllText(Path.Combine(directory.Path, "x.yaml"), text.Replace(right, wrong));
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => ScenarioCatalog.Load(directory.Path));
        Assert.Contains(named == "Scenarios" ? "x.yaml" : named, refused.Message);
    }
}
