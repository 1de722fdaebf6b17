using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static ReuseAddrDashboard.Agent.Kernel.Constants;
using static ReuseAddrDashboard.Agent.Kernel.NetlinkConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// Links and addresses of one network namespace (rtnetlink(7)), so that no <c>ip</c> program is needed. The socket belongs to the namespace of the thread that
/// opened it, whichever thread uses it later. Changing anything needs CAP_NET_ADMIN there.
/// </summary>
internal sealed unsafe class Rtnetlink : IDisposable
{
    /// <summary>Longest wait for one answer, in seconds. The kernel answers requests before send returns; only notifications take time.</summary>
    private const int AnswerSeconds = 5;

    private readonly SocketFd _socket;
    private readonly byte[] _received = new byte[16 * 1024];
    private uint _sequence;

    private Rtnetlink(SocketFd socket) => _socket = socket;

    /// <summary>Opens the calling thread's namespace for changes, subscribed to the changes of its links.</summary>
    public static KernelRefusal? Open(out Rtnetlink link)
    {
        var opened = new SocketFd(Libc.Socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
        link = new Rtnetlink(opened);
        if (opened.IsInvalid)
        {
            return KernelRefusal.Last("socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)");
        }

        var address = new SockAddrNl { Family = AF_NETLINK, Groups = RTMGRP_LINK };
        if (Libc.Bind(opened.Number, &address, (uint)sizeof(SockAddrNl)) != 0)
        {
            return KernelRefusal.Last("bind(AF_NETLINK, RTMGRP_LINK)");
        }

        nint* limit = stackalloc nint[2] { AnswerSeconds, 0 }; // struct timeval: seconds, microseconds
        return Libc.SetSockOpt(opened.Number, SOL_SOCKET, SO_RCVTIMEO, limit, 2 * (uint)sizeof(nint)) == 0
            ? null
            : KernelRefusal.Last("setsockopt(SO_RCVTIMEO)");
    }

    /// <summary>Makes a veth pair (veth(4)): one end here, the other in another namespace, both with the same name.</summary>
    /// <param name="name">Of either end, at most 15 octets.</param>
    /// <param name="peerNamespace">Descriptor of the other namespace.</param>
    public KernelRefusal? AddVeth(string name, int peerNamespace)
    {
        var message = new NetlinkWriter(stackalloc byte[512], RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ++_sequence);
        message.InterfaceInfo(0, 0, 0);
        message.Attribute(IFLA_IFNAME, name);
        int info = message.Begin(IFLA_LINKINFO);
        message.Attribute(IFLA_INFO_KIND, "veth");
        int data = message.Begin(IFLA_INFO_DATA);
        int peer = message.Begin(VETH_INFO_PEER);
        message.InterfaceInfo(0, 0, 0);
        message.Attribute(IFLA_IFNAME, name);
        message.Attribute(IFLA_NET_NS_FD, peerNamespace);
        message.End(peer);
        message.End(data);
        message.End(info);
        return Change(message.Finish(), $"RTM_NEWLINK (veth {name})");
    }

    /// <summary>Brings a link up, as <c>ip link set NAME up</c> does.</summary>
    public KernelRefusal? SetUp(string name)
    {
        if (Index(name) is not (> 0 and int index))
        {
            return KernelRefusal.Of($"if_nametoindex({name})", ENODEV);
        }

        var message = new NetlinkWriter(stackalloc byte[64], RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, ++_sequence);
        message.InterfaceInfo(index, IFF_UP, IFF_UP);
        return Change(message.Finish(), $"RTM_NEWLINK ({name} up)");
    }

    /// <summary>
    /// Gives a link an address; the kernel adds the route to its network. An IPv6 address is usable at once: nobody is asked whether another host has it
    /// (IFA_F_NODAD), which would
    /// take a second or two, and bind(2) would be EADDRNOTAVAIL until then.
    /// </summary>
    public KernelRefusal? AddAddress(string name, IPAddress address, int prefixLength)
    {
        if (Index(name) is not (> 0 and int index))
        {
            return KernelRefusal.Of($"if_nametoindex({name})", ENODEV);
        }

        bool v6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        byte[] octets = address.GetAddressBytes();
        var message = new NetlinkWriter(stackalloc byte[128], RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ++_sequence);
        message.InterfaceAddress((byte)(v6 ? AF_INET6 : AF_INET), (byte)prefixLength, v6 ? IFA_F_NODAD : (byte)0, index);
        message.Attribute(IFA_LOCAL, octets);
        message.Attribute(IFA_ADDRESS, octets);
        if (!v6)
        {
            message.Attribute(IFA_BROADCAST, Broadcast(octets, prefixLength));
        }

        return Change(message.Finish(), $"RTM_NEWADDR ({address}/{prefixLength} on {name})");
    }

    /// <summary>
    /// Waits until a link carries frames (IF_OPER_UP of RFC 2863). It asks once and then listens: the subscription of <see cref="Open"/> came first, so a
    /// change
    /// between question and answer is not missed.
    /// </summary>
    public KernelRefusal? WaitUntilUp(string name)
    {
        int index = Index(name);
        var message = new NetlinkWriter(stackalloc byte[64], RTM_GETLINK, NLM_F_REQUEST, ++_sequence);
        message.InterfaceInfo(index, 0, 0);
        string call = $"wait for {name} to come up";
        if (!Send(message.Finish()))
        {
            return KernelRefusal.Last(call);
        }

        while (true)
        {
            if (!Receive(out ReadOnlySpan<byte> rest, out int errno))
            {
                return KernelRefusal.Of(call, errno);
            }

            while (NetlinkReader.NextMessage(ref rest, out NetlinkReader.Message answer))
            {
                if (answer.Type == NLMSG_ERROR && answer.Sequence == _sequence && answer.Error != 0)
                {
                    return KernelRefusal.Of(call, answer.Error);
                }

                if (answer.Type == RTM_NEWLINK && answer.Index == index && answer.Attribute(IFLA_OPERSTATE) is [IF_OPER_UP])
                {
                    return null;
                }
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Broadcast(byte[] address, int prefixLength)
    {
        byte[] broadcast = [.. address];
        for (int bit = prefixLength; bit < 32; bit++)
        {
            broadcast[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return broadcast;
    }

    private static int Index(string name) => (int)Libc.IfNameToIndex(name);

    private KernelRefusal? Change(ReadOnlySpan<byte> message, string call)
    {
        if (!Send(message))
        {
            return KernelRefusal.Last(call);
        }

        while (true)
        {
            if (!Receive(out ReadOnlySpan<byte> rest, out int errno))
            {
                return KernelRefusal.Of(call, errno);
            }

            while (NetlinkReader.NextMessage(ref rest, out NetlinkReader.Message answer))
            {
                if (answer.Type == NLMSG_ERROR && answer.Sequence == _sequence)
                {
                    return answer.Error == 0 ? null : KernelRefusal.Of(call, answer.Error);
                }
            }
        }
    }

    private bool Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* octets = message)
        {
            return Libc.Write(_socket.Number, octets, (nuint)message.Length) == message.Length;
        }
    }

    private bool Receive(out ReadOnlySpan<byte> received, out int errno)
    {
        fixed (byte* buffer = _received)
        {
            nint length = Libc.Read(_socket.Number, buffer, (nuint)_received.Length);
            errno = length < 0 ? Marshal.GetLastPInvokeError() : 0;
            received = length > 0 ? _received.AsSpan(0, (int)length) : default;
            return length > 0;
        }
    }
}
