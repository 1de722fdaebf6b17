using System.Reflection;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests.Shared;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Architecture;

public class FolderOrderTests
{
    private const string Root = "ReuseAddrDashboard.Core";
    private static readonly Assembly Core = typeof(TcpEndpoint).Assembly;

    /// <summary>Each folder uses those before it alone (docs/architecture.md).</summary>
    private static readonly string[] Order = ["Texts", "Tcp", "Scenarios", "Log", "Rule", "Matrix", "Fold", "Captures", "Wire"];

    [Fact]
    public void Every_folder_has_its_place() => Assert.Equal(Order.Order(StringComparer.Ordinal), Folders.Of(Core, Root));

    [Fact]
    public void A_folder_uses_those_before_it_alone()
    {
        for (int i = 0; i < Order.Length; i++)
        {
            foreach (string later in Order[(i + 1)..])
            {
                Assert.True(
                    Folders.Users(Core, Root, Order[i], later) is [],
                    $"{Order[i]} uses {later}: {string.Join(", ", Folders.Users(Core, Root, Order[i], later))}"
                );
            }
        }
    }
}
