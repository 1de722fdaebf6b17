using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>A scenario's call, with the run's options and hosts, as the one command that an agent takes.</summary>
internal static class CallBuilder
{
    /// <summary>How long connect, accept and read may take, in milliseconds.</summary>
    public const int TimeoutMs = 10_000;

    public static SocketCommand Build(long id, RunHeader run, ScenarioCall call) => new()
    {
        Id = id,
        Run = run.Id,
        Socket = call.Socket,
        Call = call.Call,
        Address = call.AddressIn(run),
        Backlog = call.Backlog,
        Option = call.Option,
        Value = call.Value,
        Accepted = call.Accepted,
        TimeoutMs = TimeoutMs,
    };
}
