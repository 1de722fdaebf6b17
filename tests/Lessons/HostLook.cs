using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>
/// The hosts as tools and the kernel show them in their own namespaces: filters, sysctls, what is on the lessons' port, and the processes that hold sockets.
/// </summary>
internal static class HostLook
{
    public const int Port = 11111;

    private static readonly string Look =
        $"PATH=$PATH:/usr/sbin; nft list ruleset; cd /proc/sys; grep . {string.Join(' ', Sysctls.Allowed.Select(s => s.Replace('.', '/')))}; grep -hi ':{Port:x4} ' /proc/net/tcp /proc/net/tcp6; true";

    public static async Task<string> Of(LessonDashboard dashboard, CancellationToken cancel)
    {
        LabState lab = await dashboard.Lab(cancel);
        Assert.SkipWhen(lab.Mode != HostsMode.Namespaces, "There are no namespaces to look into.");
        var told = new List<string> { $"{ProcessTree.Below(dashboard.Id).Count} processes" };
        foreach (LabHost host in lab.Hosts)
        {
            string? seen = await HostNamespace.Output(dashboard.Id, host.Facts!, "bash", "-c", Look);
            Assert.SkipWhen(seen is null, "This user may not enter the hosts' namespaces.");
            told.Add($"{host.Name}:\n{seen}");
        }
        return string.Join('\n', told);
    }
}
