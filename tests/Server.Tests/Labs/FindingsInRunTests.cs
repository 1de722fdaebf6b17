using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>A finding whose cause is gone is dropped, and one that nothing has disproved stays.</summary>
public sealed class FindingsInRunTests
{
    private const int Port = 11111;
    private const string PortHost = "server";
    private static readonly TcpEndpoint At = TcpEndpoint.V4(0xc0a87a44, Port),
        Peer = TcpEndpoint.V4(0xc0a87ab1, 40000);

    public static TheoryData<string, RunEvent> Disproofs =>
        new()
        {
            { "port", Call("bind") },
            { "holders", Call("bind") },
            { "privileged", Call("bind") },
            { "port", Gone(TcpState.Listen) },
            { "queue", Gone(TcpState.Listen) },
            { "time-wait", Gone(TcpState.TimeWait) },
            {
                "time-wait",
                new StateEvent
                {
                    Host = PortHost,
                    Socket = new(At, Peer),
                    From = TcpState.TimeWait,
                    To = null,
                }
            },
            { "reach", Call("connect") with { Host = "client" } },
            { "reach", Call("connect", "ECONNREFUSED") with { Host = "client" } },
            { "answer", Call("socket") },
        };

    public static TheoryData<string, RunEvent> NoDisproofs =>
        new()
        {
            { "port", Call("bind", "EADDRINUSE") },
            { "port", Call("bind") with { Host = "client" } },
            { "port", Call("bind") with { Args = new CallArguments { Address = At.WithPort(22222) } } },
            { "privileged", Gone(TcpState.Listen) },
            { "time-wait", Gone(TcpState.Listen) },
            { "reach", Call("connect", "ETIMEDOUT") with { Host = "client" } },
            { "reach", Call("connect", "ECONNREFUSED") with { Host = "client", Duration = 1_030_000_000 } },
            { "answer", Call("socket") with { Host = "client" } },
            { "net.ipv4.tcp_max_tw_buckets", Call("bind") },
        };

    [Theory]
    [MemberData(nameof(Disproofs))]
    public void It_is_dropped(string about, RunEvent e) =>
        Assert.Equal([FindingLevel.Ok], FindingsInRun.After(Check(about), PortHost, e).Findings.Select(f => f.Level));

    [Theory]
    [MemberData(nameof(NoDisproofs))]
    public void It_stays(string about, RunEvent e)
    {
        LabCheck check = Check(about);
        Assert.Same(check, FindingsInRun.After(check, PortHost, e));
    }

    // What is fine stays in any case.
    private static LabCheck Check(string about) =>
        new(
            Port,
            DateTimeOffset.UnixEpoch,
            [],
            [
                new(FindingLevel.Blocker, DateTimeOffset.UnixEpoch, about == "reach" ? null : PortHost, about, new Message("x")),
                new(FindingLevel.Ok, DateTimeOffset.UnixEpoch, PortHost, about, new Message("x")),
            ],
            false
        );

    private static CallEvent Call(string call, string? errno = null) =>
        new()
        {
            Host = PortHost,
            Socket = "lfd",
            Call = call,
            Args = new CallArguments { Address = At },
            Errno = errno,
            Result = errno is null ? 0 : -1,
        };

    private static SocketEvent Gone(TcpState from) =>
        new()
        {
            Host = PortHost,
            Local = At,
            Remote = Peer,
            From = from,
            To = null,
        };
}
