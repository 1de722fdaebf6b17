using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

/// <summary>A run on whose connection data goes and is acknowledged for long, captured at the client, its state told again and again.</summary>
internal sealed record LongRuns(RunHeader Header, List<RunEvent> Events)
{
    public Timeline Timeline
    {
        get
        {
            var fold = new TimelineFold(Header);
            fold.Append(Events);
            return fold.Now;
        }
    }

    /// <param name="events">So many after the handshake.</param>
    public static LongRuns Transfer(int events)
    {
        RunScript script = new RunScript().StartListener().Connect();
        List<RunEvent> log = [.. script.Events];
        long t = log.Max(e => e.T) + 1_000,
            seq = log.Count;
        for (uint i = 0; i < events / 4; i++, t += 4_000)
        {
            RunEvent[] round =
            [
                new SegmentEvent
                {
                    Source = EvidenceSource.Capture,
                    T = t,
                    Sent = t,
                    From = RunScript.ClientEnd,
                    To = RunScript.ServerEnd,
                    Flags = "PSH,ACK",
                    SeqNo = 1 + i * 100,
                    Ack = 1,
                    Len = 100,
                    Win = 502,
                },
                new SegmentEvent
                {
                    Source = EvidenceSource.Capture,
                    T = t + 1_000,
                    Received = t + 1_000,
                    From = RunScript.ServerEnd,
                    To = RunScript.ClientEnd,
                    Flags = "ACK",
                    SeqNo = 1,
                    Ack = 101 + i * 100,
                    Win = 502,
                },
                new SocketEvent
                {
                    Source = EvidenceSource.Proc,
                    T = t + 2_000,
                    After = t,
                    Local = RunScript.ClientEnd,
                    Remote = RunScript.ServerEnd,
                    From = TcpState.Established,
                    To = TcpState.Established,
                    SendQ = i,
                    Inode = 7,
                },
                new StateEvent
                {
                    Source = EvidenceSource.Diag,
                    T = t + 3_000,
                    After = t,
                    Socket = new(RunScript.ClientEnd, RunScript.ServerEnd),
                    From = TcpState.Established,
                    To = TcpState.Established,
                    Inode = 7,
                },
            ];
            log.AddRange(round.Select(e => e with { Host = "client", Seq = ++seq }));
        }
        return new(script.Header, log);
    }
}
