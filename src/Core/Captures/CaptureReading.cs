using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>A connection of a capture file as it is shown: what came of it, and its log.</summary>
public sealed record FileConnectionDetail
{
    /// <summary>Its line in the list.</summary>
    public required FileConnection Connection { get; init; }

    /// <summary>Who closed first.</summary>
    public required Message Closed { get; init; }

    /// <summary>Why the port is in TIME-WAIT or is not, the most important first.</summary>
    public required IReadOnlyList<Message> TimeWait { get; init; }

    /// <summary>What has to be known to read it: where the capture was taken, what is missing.</summary>
    public required IReadOnlyList<Message> Remarks { get; init; }

    /// <summary>The connection as a run: its segments, with the states that were inferred. No host of this dashboard had a part in it.</summary>
    public required RunFile Run { get; init; }
}

/// <summary>Reads capture files. Both ways go once through the whole file; neither holds it.</summary>
public static class CaptureReading
{
    /// <summary>Lists a file's connections.</summary>
    /// <param name="file">From its begin; the caller closes it.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="IOException">The stream cannot be read. (What the file has in it is no exception: <see cref="CaptureContents.Fault"/>.)</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static CaptureContents List(Stream file, CancellationToken cancel = default)
    {
        var scan = new CaptureScan(file, null, cancel);
        return new()
        {
            Format = scan.Format switch
            {
                CaptureFormat.Pcap => "pcap",
                CaptureFormat.Pcapng => "pcapng",
                _ => "unknown",
            },
            Octets = scan.Octets,
            Packets = scan.Packets,
            Segments = scan.Count(PacketKind.Segment),
            StartedAt = scan.Clock.Begin is { } begin ? DateTimeOffset.UnixEpoch.AddTicks(begin / 100) : null,
            Duration = scan.Clock.Latest,
            Connections = [.. scan.Flows.Select(Line)],
            Remarks = [.. Remarks(scan)],
            Fault = scan.Fault,
        };
    }

    /// <summary>Reads one connection; null where the file has none of that number.</summary>
    /// <param name="file">The same file as was listed, from its begin; the caller closes it.</param>
    /// <param name="number">From 1.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static FileConnectionDetail? Connection(Stream file, int number, CancellationToken cancel = default)
    {
        var scan = new CaptureScan(file, number, cancel);
        return scan.Kept is { } kept && scan.Flows[number - 1] is var flow ? FileConnectionLog.Detail(scan, flow, kept) : null;
    }

    internal static FileConnection Line(FileFlow flow)
    {
        ConnectionMoments c = flow.Moments;
        IReadOnlyList<InferredChange> changes = InferredStates.Of(c);
        return new()
        {
            Number = flow.Number,
            A = End(c.A, c.EndA, changes, true),
            B = End(c.B, c.EndB, changes, false),
            First = c.Begin,
            Last = c.End,
            Begin =
                !c.KnowsOpener ? ConnectionBegin.Before
                : c.A.AcksSyn is not null && c.B.AcksSyn is not null ? ConnectionBegin.Handshake
                : ConnectionBegin.Syn,
            Closed = ConnectionStory.Closed(c),
            Reset = c.A.Rst is not null || c.B.Rst is not null,
            Follows = flow.Follows?.Number,
            FollowedBy = flow.FollowedBy?.Number,
        };
    }

    private static FileEnd End(EndMoments x, TcpEndpoint address, IReadOnlyList<InferredChange> changes, bool ofA)
    {
        TcpState? state = InferredStates.Last(changes, ofA, out bool gone);
        return new(address, x.Segments, x.Octets, x.Retransmissions, state, gone);
    }

    private static IEnumerable<Message> Remarks(CaptureScan scan)
    {
        if (scan.Count(PacketKind.UnknownLink) is var links and > 0)
            yield return Message.Of("captures.remark.link", ("count", links), ("links", string.Join(", ", scan.UnknownLinks)));
        if (scan.Count(PacketKind.Incomplete) is var incomplete and > 0)
            yield return Message.Of("captures.remark.incomplete", ("count", incomplete));
        if (scan.Count(PacketKind.Fragment) is var fragments and > 0)
            yield return Message.Of("captures.remark.fragments", ("count", fragments));
        if (scan.LeftOut > 0)
            yield return Message.Of("captures.remark.connections", ("most", CaptureLimits.Connections), ("count", scan.LeftOut));
        if (scan.Dropped > 0)
            yield return Message.Of("captures.remark.dropped", ("count", scan.Dropped));
        if (scan.Copies > 0)
            yield return Message.Of("captures.remark.copies", ("count", scan.Copies));
        if (scan.Clock.WithoutTime > 0)
            yield return Message.Of("captures.remark.without-time", ("count", scan.Clock.WithoutTime));
        if (scan.Clock.Backwards > 0)
            yield return Message.Of("captures.remark.backwards", ("count", scan.Clock.Backwards));
        if (scan.Count(PacketKind.NotTcp) + scan.Count(PacketKind.NotIp) is var others and > 0)
            yield return Message.Of("captures.remark.others", ("count", others));
    }
}
