using System.Buffers.Binary;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Tests.Tcp;

/// <summary>Frames: some that tcpdump captured on Linux 6.18, and a writer by the RFCs for any other.</summary>
internal static class Frames
{
    public const string Syn =
        "00000000000000000000000008004500003cb68d40004006862c7f0000017f000001c9602b67f94c9b1000000000a002ffd7fe3000000204ffd70402080acd13a13e000000000103030a";
    public const string SynAck =
        "00000000000000000000000008004500003c0000400040063cba7f0000017f0000012b67c9608cee6947f94c9b11a012ffcbfe3000000204ffd70402080a80d64863cd13a13e0103030a";
    public const string Hello =
        "000000000000000000000000080045000039b68f40004006862d7f0000017f000001c9602b67f94c9b118cee694880180040fe2d00000101080acd13a13e80d6486368656c6c6f";
    public const string RstAck =
        "0000000000000000000000000800450000349b0e40004006a1b37f0000017f0000012b67c9608cee6948f94c9b1680140040fe2800000101080a80d64863cd13a13e";
    public const string CookedSyn =
        "000003040006000000000000000008004500003cb68d40004006862c7f0000017f000001c9602b67f94c9b1000000000a002ffd7fe3000000204ffd70402080acd13a13e000000000103030a";
    public const string SynV6 =
        "00000000000000000000000086dd600abecf002806400000000000000000000000000000000100000000000000000000000000000001b1982b670849869e00000000a002ffc4003000000204ffc40402080adf8c792d000000000103030a";

    public static byte[] Octets(string hex) => Convert.FromHexString(hex);

    /// <summary>Writes a segment as a frame.</summary>
    /// <param name="s">What it says.</param>
    /// <param name="kind">What it begins with.</param>
    /// <param name="vlan">With an 802.1Q tag (Ethernet).</param>
    /// <param name="extensions">IPv6 extension headers, each a kind and its length in octets.</param>
    /// <param name="padding">Octets after the IP packet, as a short Ethernet frame has.</param>
    public static byte[] Write(TcpSegment s, FrameKind kind, bool vlan = false, (byte Kind, int Length)[]? extensions = null, int padding = 0)
    {
        var frame = new List<byte>();
        void U8(int v) => frame.Add((byte)v);
        void U16(int v) => frame.AddRange([(byte)(v >> 8), (byte)v]);
        void U32(uint v) => frame.AddRange([(byte)(v >> 24), (byte)(v >> 16), (byte)(v >> 8), (byte)v]);
        int type = s.Source.IsV6 ? 0x86dd : 0x0800;
        switch (kind)
        {
            case FrameKind.Ethernet:
                frame.AddRange([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
                if (vlan)
                {
                    U16(0x8100);
                    U16(42);
                }
                U16(type);
                break;
            case FrameKind.LinuxSll:
                U16(0);
                U16(1);
                U16(6);
                frame.AddRange(new byte[8]);
                U16(type);
                break;
        }

        byte[] options = Options(s);
        int tcp = 20 + options.Length + s.Length;
        (byte Kind, int Length)[] chain = s.Source.IsV6 ? extensions ?? [] : [];
        if (s.Source.IsV6)
        {
            U32(0x6000_0000);
            U16(tcp + chain.Sum(e => e.Length));
            U8(chain.Length > 0 ? chain[0].Kind : 6);
            U8(64);
            frame.AddRange(s.Source.Address.GetAddressBytes());
            frame.AddRange(s.Destination.Address.GetAddressBytes());
            for (int i = 0; i < chain.Length; i++)
            {
                byte[] extension = new byte[chain[i].Length];
                extension[0] = i + 1 < chain.Length ? chain[i + 1].Kind : (byte)6;
                extension[1] = chain[i].Kind == 44 ? (byte)0 : (byte)(chain[i].Length / 8 - 1);
                frame.AddRange(extension);
            }
        }
        else
        {
            U16(0x4500);
            U16(20 + tcp);
            U32(0x0001_4000);
            U16(0x4006);
            U16(0);
            frame.AddRange(s.Source.Address.GetAddressBytes());
            frame.AddRange(s.Destination.Address.GetAddressBytes());
        }
        U16(s.Source.Port);
        U16(s.Destination.Port);
        U32(s.Seq);
        U32(s.Ack);
        U8((20 + options.Length) / 4 << 4);
        U8((int)s.Flags);
        U16(s.Window);
        U32(0);
        frame.AddRange(options);
        frame.AddRange(new byte[s.Length + padding]);
        return [.. frame];
    }

    private static byte[] Options(TcpSegment s)
    {
        var octets = new List<byte>();
        void U32(uint v)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(four, v);
            octets.AddRange(four);
        }
        if (s.Mss is { } mss)
            octets.AddRange([2, 4, (byte)(mss >> 8), (byte)mss]);
        if (s.WindowScale is { } shift)
            octets.AddRange([3, 3, shift]);
        if (s.SackPermitted)
            octets.AddRange([4, 2]);
        if (s.TsVal is { } value)
        {
            octets.AddRange([8, 10]);
            U32(value);
            U32(s.TsEcr!.Value);
        }
        if (s.Sack.Count > 0)
        {
            octets.AddRange([5, (byte)(2 + 8 * s.Sack.Count)]);
            for (int i = 0; i < s.Sack.Count; i++)
            {
                U32(s.Sack[i].Left);
                U32(s.Sack[i].Right);
            }
        }
        while (octets.Count % 4 != 0)
            octets.Add(1);
        return [.. octets];
    }
}
