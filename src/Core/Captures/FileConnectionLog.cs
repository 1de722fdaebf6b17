using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>
/// Writes a connection of a file as a run's log, so that the fold and the diagram draw it as any other: segments with the source <c>capture-file</c>, states
/// with <c>inferred</c>.
/// </summary>
internal static class FileConnectionLog
{
    /// <summary>Stands where a run has its lab and its lesson: it is of neither.</summary>
    public const string Name = "capture-file";

    /// <summary>Nanoseconds after which an answer would have come, where one was to come: the shortest retransmission timeout.</summary>
    private const long Patience = 200_000_000;

    public static FileConnectionDetail Detail(CaptureScan scan, FileFlow flow, KeptSegments kept)
    {
        ConnectionMoments c = flow.Moments;
        (string a, string b) = c.KnowsOpener ? ("client", "server") : ("a", "b");
        (long, int)? next = flow.FollowedBy is { } after ? (after.Moments.Begin, after.Number) : null;
        var remarks = new List<Message> { CapturePoint.Tell(flow, a, b) };
        if (!c.SawBegin)
            remarks.Add(new("captures.remark.began-before"));
        if (kept.LeftOut > 0)
        {
            remarks.Add(
                Message.Of("captures.remark.not-drawn", ("count", kept.LeftOut), ("first", CaptureLimits.FirstSegments), ("last", CaptureLimits.LastSegments))
            );
        }

        return new()
        {
            Connection = CaptureReading.Line(flow),
            Closed = ConnectionStory.WhoClosed(c, a, b),
            TimeWait = ConnectionStory.WhyTimeWait(c, a, b, scan.Clock.Latest, next),
            Remarks = remarks,
            Run = RunFiles.Make(Header(scan, c, a, b), Events(scan, c, kept, a, b, next)),
        };
    }

    private static RunHeader Header(CaptureScan scan, ConnectionMoments c, string a, string b)
    {
        // Ends of one address are told apart by their ports, as hosts are that share a namespace.
        bool shared = c.EndA.SameAddress(c.EndB);
        HostFacts Host(string name, TcpEndpoint end) =>
            new()
            {
                Name = name,
                HostName = end.Address.ToString(),
                Os = "",
                Kernel = "",
                Address = end.Address.ToString(),
                Interface = "",
                BootId = Name,
                NetworkNamespace = shared ? 1ul : 0,
                AgentVersion = "",
                Sources = [],
                Sysctls = new Dictionary<string, string?>(),
            };
        return new()
        {
            Id = Name,
            Lab = Name,
            Scenario = Name,
            Ports = new Dictionary<string, int> { ["port"] = c.EndB.Port },
            StartedAt = DateTimeOffset.UnixEpoch.AddTicks(((scan.Clock.Begin ?? 0) + c.Begin) / 100),
            Hosts = [Host(a, c.EndA), Host(b, c.EndB)],
            Mode = HostsMode.Remote,
            Script = new()
            {
                Id = Name,
                Title = LocalText.Of(Name),
                Summary = LocalText.Of($"{c.EndA} {c.EndB}"),
                Topic = "own",
                Ports =
                [
                    new()
                    {
                        Id = "port",
                        Default = c.EndB.Port,
                        Host = b,
                    },
                ],
                Programs = [],
                Steps = [],
            },
        };
    }

    private static List<RunEvent> Events(CaptureScan scan, ConnectionMoments c, KeptSegments kept, string a, string b, (long T, int Number)? next)
    {
        KeptSegment[] segments = [.. kept.All];
        bool[] lost = Lost(segments, c, scan.Clock.Latest);
        var events = new List<RunEvent>();
        for (int i = 0; i < segments.Length; i++)
            events.Add(Segment(segments[i], lost[i], c, a, b));
        if (kept.FirstAfter is { } drawn)
        {
            events.Add(
                new GapEvent
                {
                    T = drawn.T - c.Begin,
                    Source = EvidenceSource.CaptureFile,
                    Lost = kept.LeftOut,
                    Reason = Message.Of("captures.gap.not-drawn", ("count", kept.LeftOut)),
                }
            );
        }

        foreach (RunEvent state in States(c, a, b, scan.Clock.Latest, next))
            events.Add(state);
        return [.. events.OrderBy(e => e.T).Select((e, i) => e with { Seq = i + 1 })];
    }

    private static SegmentEvent Segment(KeptSegment k, bool lost, ConnectionMoments c, string a, string b)
    {
        TcpSegment s = k.Segment;
        long t = k.T - c.Begin;
        return new()
        {
            T = t,
            Host = s.Source.Unmapped() == c.EndA ? a : b,
            Source = EvidenceSource.CaptureFile,
            From = s.Source,
            To = s.Destination,
            Flags = s.Flags.Text(),
            SeqNo = s.Seq,
            Ack = s.Flags.Has(TcpFlags.Ack) ? s.Ack : 0,
            Len = s.Length,
            Win = s.Window,
            Sent = t,
            Received = lost ? null : t,
            Mss = s.Mss,
            Wscale = s.WindowScale,
            SackPermitted = s.SackPermitted,
            TsVal = s.TsVal,
            TsEcr = s.TsEcr,
            Sack = s.Sack.ToArray(),
            Retransmission = k.Again,
        };
    }

    private static IEnumerable<StateEvent> States(ConnectionMoments c, string a, string b, long captureEnd, (long T, int Number)? next)
    {
        TcpState? stateA = null,
            stateB = null;
        StateEvent Event(InferredChange s, TcpState? from) =>
            new()
            {
                T = s.T - c.Begin,
                After = (s.Shown ? s.After : s.T) - c.Begin,
                Host = s.OfA ? a : b,
                Source = EvidenceSource.Inferred,
                Socket = s.OfA ? new(c.EndA, c.EndB) : new(c.EndB, c.EndA),
                From = from,
                To = s.To,
                Timer = s.To == TcpState.TimeWait ? new(TimerKind.TimeWait, InferredStates.TimeWait) : null,
            };
        IReadOnlyList<InferredChange> changes = InferredStates.Of(c);
        foreach (InferredChange s in changes)
        {
            yield return Event(s, s.OfA ? stateA : stateB);
            if (s.OfA)
                stateA = s.To;
            else
                stateB = s.To;
        }
        // Its timer runs out, or the same ports are used again before.
        foreach (bool ofA in (bool[])[true, false])
        {
            if ((ofA ? stateA : stateB) != TcpState.TimeWait)
                continue;
            long over = changes.Last(s => s.OfA == ofA).T + InferredStates.TimeWait,
                end = next is { } again ? Math.Min(over, again.T) : over;
            if (end <= captureEnd)
                yield return Event(new(ofA, null, end, null), TcpState.TimeWait);
        }
    }

    // What was sent again before it was acknowledged did not arrive, or its acknowledgment did not: it is drawn as lost, as is what nobody ever answered.
    private static bool[] Lost(KeptSegment[] segments, ConnectionMoments c, long captureEnd)
    {
        var lost = new bool[segments.Length];
        var waiting = new Dictionary<(bool IsA, uint Seq), int>();
        uint?[] acknowledged = [null, null];
        long[] last = [long.MinValue, long.MinValue];
        for (int i = 0; i < segments.Length; i++)
        {
            TcpSegment s = segments[i].Segment;
            bool isA = s.Source.Unmapped() == c.EndA;
            int peer = isA ? 1 : 0;
            if (s.Flags.Has(TcpFlags.Ack) && !(acknowledged[peer] is { } before && (int)(s.Ack - before) <= 0))
                acknowledged[peer] = s.Ack;
            last[isA ? 0 : 1] = segments[i].T;
            if (s.Span == 0)
                continue;
            if (
                segments[i].Again
                && waiting.TryGetValue((isA, s.Seq), out int earlier)
                && !IsAcknowledged(segments[earlier].Segment, acknowledged[isA ? 0 : 1])
            )
            {
                lost[earlier] = true;
            }

            waiting[(isA, s.Seq)] = i;
        }
        for (int i = 0; i < segments.Length; i++)
        {
            TcpSegment s = segments[i].Segment;
            bool isA = s.Source.Unmapped() == c.EndA;
            if (
                s.Span > 0
                && !IsAcknowledged(s, acknowledged[isA ? 0 : 1])
                && last[isA ? 1 : 0] < segments[i].T
                && captureEnd - segments[i].T > Patience
                && c.A.Rst is null
                && c.B.Rst is null
            )
            {
                lost[i] = true;
            }
        }
        return lost;
    }

    private static bool IsAcknowledged(in TcpSegment s, uint? ack) => ack is { } to && (int)(to - (s.Seq + s.Span)) >= 0;
}
