using System.Text;
using System.Text.Json;
using CsCheck;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Tests.Hosting;
using Endpoint = ReuseAddrDashboard.Core.Tcp.Endpoint;

namespace ReuseAddrDashboard.Server.Tests.Edge;

/// <summary>Reports of agents with single octets changed: refused, or good enough for the log and the picture.</summary>
public sealed class AgentReportPropertyTests
{
    private static readonly Endpoint Server = Endpoint.V4(0xc0a8_7a44, 11_111), Client = Endpoint.V4(0xc0a8_7ab1, 40_000);

    private static readonly RunHeader Header = new()
    {
        Id = "r", Lab = "local", Scenario = "s", Options = new RunOptions(), Hosts = [ScriptedAgent.Facts(HubRoutes.Client), ScriptedAgent.Facts(HubRoutes.Server)],
        Script = new Scenario { Id = "s", Title = "s", Summary = "s", Defaults = new RunOptions(), Steps = [] },
    };

    private static readonly string Good = JsonSerializer.Serialize(
        new AgentReport("i",
        [
            new(1, new CallEvent { T = 3, Duration = 9, Source = EventSource.Call, Socket = "cfd", Call = "connect", Args = "3", Local = Client, Remote = Server }),
            new(2, new SegmentEvent { T = 5, Sent = 5, Source = EventSource.Capture, From = Client, To = Server, Flags = "SYN", SeqNo = 7, Sack = [new(1, 2)], Frame = new(113, 60, new byte[60]) }),
            new(3, new SegmentEvent { T = 6, Received = 6, Source = EventSource.Capture, From = Server, To = Client, Flags = "SYN,ACK", SeqNo = 9, Ack = 8 }),
            new(4, new SocketEvent { T = 7, After = 4, Source = EventSource.Proc, Local = Client, Remote = Server, To = TcpState.TimeWait, Timer = new(TimerKind.TimeWait, 60_000_000_000), Raw = "raw" }),
            new(5, new StateEvent { T = 8, Source = EventSource.Trace, Socket = new(Client, Server), From = TcpState.FinWait2, To = TcpState.TimeWait }),
            new(6, new GapEvent { Lost = 3, Source = EventSource.Capture, Reason = "lost" }),
            new(7, new NoteEvent { Code = "c", Text = "t" }),
            new(8, null, 1, true),
        ]),
        WireJson.Default.AgentReport);

    [Fact]
    public void A_changed_report_is_refused_or_can_be_drawn()
    {
        int taken = 0, refused = 0;
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char[' ', '~']).Array[1, 3].Sample(changes =>
        {
            byte[] text = Encoding.UTF8.GetBytes(Good);
            foreach ((int at, char octet) in changes)
                text[at] = (byte)octet;
            AgentReport? report;
            try
            {
                report = JsonSerializer.Deserialize(text, WireJson.Default.AgentReport);
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                Interlocked.Increment(ref refused);
                return;
            }
            if (report is null || !AgentEdge.Accepts(report))
            {
                Interlocked.Increment(ref refused);
                return;
            }
            Interlocked.Increment(ref taken);
            RunEvent[] log = [.. report.Items.Select(i => i.Event).OfType<RunEvent>().Select((e, i) => e with { Seq = i + 1, Host = i % 2 == 0 ? HubRoutes.Client : HubRoutes.Server })];
            _ = Timeline.Of(Header, log);
        }, iter: 5_000);
        Assert.True(taken > 50 && refused > 500, $"{taken} taken, {refused} refused");
    }
}
