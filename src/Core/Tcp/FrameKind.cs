namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>What a captured frame begins with; the numbers are libpcap's LINKTYPE_*.</summary>
public enum FrameKind : byte
{
    /// <summary>Ethernet II, with at most one VLAN tag (IEEE 802.1Q). Loopback looks the same, with all addresses zero.</summary>
    Ethernet = 1,

    /// <summary>The IP header itself: raw IP, and what a packet(7) socket of type SOCK_DGRAM gives.</summary>
    RawIp = 101,

    /// <summary>Linux cooked, LINKTYPE_LINUX_SLL: 16 octets before the IP header.</summary>
    LinuxSll = 113,
}
