using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;

namespace ReuseAddrDashboard.Web.Tests;

/// <summary>What a lab tells a browser.</summary>
internal static class Labs
{
    public static LabSnapshot Snapshot(RunScript? script, int events = int.MaxValue, long runTime = 0, LabState? state = null) =>
        new(state ?? State(script, 1, runTime), [RunScript.Script, RunScript.Script with { Id = "with-reuseaddr", Title = "With SO_REUSEADDR", Defaults = new() { ListenerReuseAddr = true, RebindReuseAddr = true } }],
            [.. script?.Events.Take(events) ?? []]);

    public static LabState State(RunScript? script, long version = 1, long runTime = 0, bool busy = false, IReadOnlyList<SocketEvent>? sockets = null, bool serverLinked = true) => new()
    {
        Id = HubRoutes.LocalLab,
        Version = version,
        Mode = HostsMode.Namespaces,
        Hosts =
        [
            new(HubRoutes.Client, true, RunScript.Host(HubRoutes.Client, RunScript.ClientAddress)),
            new(HubRoutes.Server, serverLinked, RunScript.Host(HubRoutes.Server, RunScript.ServerAddress)),
        ],
        Run = script?.Header,
        RunTime = runTime,
        Port = 11111,
        Sockets = sockets ?? [],
        Busy = busy,
    };
}
