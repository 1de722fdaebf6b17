using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Tests.Captures;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Captures;

/// <summary>
/// Runs that were really made, with both hosts' captures and the kernel's own account of every state: what one of the two captures alone leads to must be what
/// the kernel told of both ends.
/// </summary>
public class RealRunCapturesTests
{
    /// <summary>Here a filter dropped a FIN before any capture saw it.</summary>
    private const string NotShown = "keepalive";

    public static TheoryData<string, string> Captures()
    {
        var all = new TheoryData<string, string>();
        foreach (string run in RealRuns.All.Where(r => r != NotShown))
        {
            RunFile file = RealRuns.Read(run);
            foreach (string host in file.Hosts.Select(h => h.Name))
            {
                if (file.Events.Any(e => e is StateEvent { Source: EvidenceSource.Trace }) && file.Events.Any(e => e is SegmentEvent && e.Host == host))
                    all.Add(run, host);
            }
        }
        return all;
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void One_capture_leads_to_the_states_that_the_kernel_told(string run, string host)
    {
        RunFile file = RealRuns.Read(run);
        byte[] capture = Capture(file, host);
        CaptureContents contents = CaptureReading.List(new MemoryStream(capture), TestContext.Current.CancellationToken);
        Assert.NotEmpty(contents.Connections);
        foreach (FileConnection connection in contents.Connections)
        {
            FileConnectionDetail detail = CaptureReading.Connection(new MemoryStream(capture), connection.Number, TestContext.Current.CancellationToken)!;
            foreach (
                (TcpEndpoint own, TcpEndpoint peer) in (ReadOnlySpan<(TcpEndpoint, TcpEndpoint)>)
                    [(connection.A.Address, connection.B.Address), (connection.B.Address, connection.A.Address)]
            )
            {
                int earlier = 0;
                for (FileConnection c = connection; c.Follows is { } before; c = contents.Connections[before - 1])
                    earlier++;
                Assert.Equal(
                    Told(file, own, peer).ElementAt(earlier),
                    Text(detail.Run.Events.OfType<StateEvent>().Where(e => e.Socket.Local == own).Select(e => e.To))
                );
            }
        }
    }

    // One text for each socket that had these ends.
    private static IEnumerable<string> Told(RunFile file, TcpEndpoint own, TcpEndpoint peer)
    {
        var lives = new List<List<TcpState?>>();
        foreach (
            StateEvent e in file
                .Events.OfType<StateEvent>()
                .Where(e => e.Source == EvidenceSource.Trace && e.Socket.Local.Unmapped() == own && e.Socket.Remote.Unmapped() == peer && e.From != e.To)
                .OrderBy(e => e.T)
        )
        {
            if (e.To is TcpState.SynSent or TcpState.SynRecv)
                lives.Add([]);
            lives[^1].Add(e.To);
        }
        return lives.Select(Text);
    }

    // When TIME-WAIT ends is the kernel's alone to know.
    private static string Text(IEnumerable<TcpState?> states) =>
        string.Join(' ', states.Select(s => s is null or TcpState.Close ? "CLOSED" : s.Value.Name()))
            .Replace("TIME-WAIT CLOSED", "TIME-WAIT", StringComparison.Ordinal)
            .Replace("TIME-WAIT TIME-WAIT", "TIME-WAIT", StringComparison.Ordinal);

    private static byte[] Capture(RunFile file, string host)
    {
        CaptureBytes capture = new CaptureBytes().Pcap(nano: true);
        long begin = file.Events.Min(e => e.T);
        ushort id = 0;
        foreach (SegmentEvent s in file.Events.OfType<SegmentEvent>().Where(s => s.Host == host).OrderBy(s => s.Sent ?? s.Received))
        {
            long t = (s.Sent ?? s.Received)!.Value - begin;
            Assert.True(TcpFlagNames.TryParse(s.Flags, out TcpFlags flags));
            capture.Record(
                CaptureBytes.Packet(s.From.Unmapped(), s.To.Unmapped(), flags, s.SeqNo, s.Ack, s.Len, ++id),
                1_000 + t / 1_000_000_000,
                (int)(t % 1_000_000_000)
            );
        }
        return capture.ToArray();
    }
}
