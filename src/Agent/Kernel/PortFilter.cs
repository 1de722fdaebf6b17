using static ReuseAddrDashboard.Agent.Kernel.PacketConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// Classic BPF (Documentation/networking/filter.rst) for a packet socket of type SOCK_DGRAM, where offset 0 is the IP header: TCP over IPv4 or IPv6 with one of
/// the ports as source or destination. IPv6 packets whose extension headers may lead to TCP pass, because finding their end needs a loop: the reader looks at
/// the ports again.
/// </summary>
internal static class PortFilter
{
    private const byte ProtocolTcp = 6;

    private const uint All = uint.MaxValue;

    // Next headers (RFC 8200) behind which TCP may come.
    private static readonly byte[] Extensions = [0, 43, 44, 60];

    // A jump to one of these is resolved when the program is whole: to the nearest one ahead, as no jump is longer than 255.
    private enum To : byte
    {
        Next,
        Accept,
        Drop,
        Family,
        V6,
        Extended,
        Second,
    }

    /// <param name="ports">At most <see cref="Core.Wire.WatchOrder.MaxPorts"/>; none lets nothing pass.</param>
    /// <param name="loopbackOnce">
    /// On loopback every frame comes twice, as it leaves and as it arrives. True leaves the arriving one; other interfaces keep both directions, which
    /// PACKET_IGNORE_OUTGOING would not.
    /// </param>
    public static SockFilter[] Program(ReadOnlySpan<ushort> ports, bool loopbackOnce)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ports.Length, Core.Wire.WatchOrder.MaxPorts);
        if (ports.IsEmpty)
            return [new SockFilter { Code = BPF_RET | BPF_K, K = 0 }];

        var code = new List<(ushort Code, uint K, To True, To False)>();
        var labels = new List<(To Label, int At)>();
        void Do(int op, uint k) => code.Add(((ushort)op, k, To.Next, To.Next));
        void If(int test, uint k, To yes, To no) => code.Add(((ushort)(BPF_JMP | test | BPF_K), k, yes, no));
        void Label(To label) => labels.Add((label, code.Count));
        void End()
        {
            Label(To.Drop);
            Do(BPF_RET | BPF_K, 0);
            Label(To.Accept);
            Do(BPF_RET | BPF_K, All);
        }
        static uint Extra(int field) => unchecked((uint)(SKF_AD_OFF + field));

        if (loopbackOnce)
        {
            Do(BPF_LD | BPF_H | BPF_ABS, Extra(SKF_AD_HATYPE));
            If(BPF_JEQ, ARPHRD_LOOPBACK, To.Next, To.Family);
            Do(BPF_LD | BPF_H | BPF_ABS, Extra(SKF_AD_PKTTYPE));
            If(BPF_JEQ, PACKET_OUTGOING, To.Drop, To.Next);
        }
        Label(To.Family);
        Do(BPF_LD | BPF_H | BPF_ABS, Extra(SKF_AD_PROTOCOL));
        If(BPF_JEQ, ETH_P_IPV6, To.V6, To.Next);
        If(BPF_JEQ, ETH_P_IP, To.Next, To.Drop);

        Do(BPF_LD | BPF_B | BPF_ABS, 9); // protocol
        If(BPF_JEQ, ProtocolTcp, To.Next, To.Drop);
        Do(BPF_LD | BPF_H | BPF_ABS, 6); // a later fragment has no ports
        If(BPF_JSET, 0x1fff, To.Drop, To.Next);
        Do(BPF_LDX | BPF_B | BPF_MSH, 0); // X = header length
        Do(BPF_LD | BPF_H | BPF_IND, 0);
        foreach (ushort port in ports)
            If(BPF_JEQ, port, To.Accept, To.Next);
        Do(BPF_LD | BPF_H | BPF_IND, 2);
        foreach (ushort port in ports)
            If(BPF_JEQ, port, To.Accept, To.Next);
        End();

        Label(To.V6);
        Do(BPF_LD | BPF_B | BPF_ABS, 6); // next header
        If(BPF_JEQ, ProtocolTcp, To.Next, To.Extended);
        Do(BPF_LD | BPF_H | BPF_ABS, 40);
        foreach (ushort port in ports)
            If(BPF_JEQ, port, To.Accept, To.Next);
        Do(BPF_LD | BPF_H | BPF_ABS, 42);
        foreach (ushort port in ports)
            If(BPF_JEQ, port, To.Accept, To.Next);
        End();

        Label(To.Extended);
        foreach (byte extension in Extensions)
            If(BPF_JEQ, extension, To.Second, To.Next);
        Do(BPF_RET | BPF_K, 0);

        // What the kernel itself sends with one is no TCP: a report of multicast listeners. It must not count among the lost when the buffer is full.
        Label(To.Second);
        Do(BPF_LD | BPF_B | BPF_ABS, 40);
        If(BPF_JEQ, ProtocolTcp, To.Accept, To.Next);
        foreach (byte extension in Extensions)
            If(BPF_JEQ, extension, To.Accept, To.Next);
        End();

        return
        [
            .. code.Select(
                (c, at) =>
                    new SockFilter
                    {
                        Code = c.Code,
                        K = c.K,
                        JumpTrue = Jump(c.True, at),
                        JumpFalse = Jump(c.False, at),
                    }
            ),
        ];

        // Relative to the instruction that follows; at most 255 forward.
        byte Jump(To to, int at) => to == To.Next ? (byte)0 : checked((byte)(labels.First(l => l.Label == to && l.At > at).At - at - 1));
    }
}
