using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Server.Tests.Architecture;

public class FolderTests
{
    [Fact]
    public void No_two_folders_use_each_other() =>
        Assert.Empty(Folders.Circles(typeof(ReuseAddrDashboard.Server.Scenarios.ScenarioCatalog).Assembly, "ReuseAddrDashboard.Server"));
}
