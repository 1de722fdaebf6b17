using ReuseAddrDashboard.Tests.Shared;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Architecture;

public class FolderTests
{
    [Fact]
    public void No_two_folders_use_each_other() =>
        Assert.Empty(Folders.Circles(typeof(ReuseAddrDashboard.Agent.Kernel.CallResult).Assembly, "ReuseAddrDashboard.Agent"));
}
