using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>struct sockaddr_nl; port id 0: the kernel chooses.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SockAddrNl
{
    public ushort Family;
    public ushort Pad;
    public uint PortId;
    public uint Groups;
}

/// <summary>struct inet_diag_sockid: ports and addresses in network byte order, an IPv4 address in the first 4 octets.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InetDiagSockId
{
    public ushort SPort;
    public ushort DPort;
    public fixed byte Src[16];
    public fixed byte Dst[16];
    public uint Interface;
    public fixed uint Cookie[2];
}

/// <summary>struct inet_diag_req, the request without a family.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InetDiagReq
{
    public byte Family;
    public byte SourceLength;
    public byte DestinationLength;
    public byte Ext;
    public InetDiagSockId Id;
    public uint States;
    public uint Tables;
}

/// <summary>struct inet_diag_req_v2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InetDiagReqV2
{
    public byte Family;
    public byte Protocol;
    public byte Ext;
    public byte Pad;
    public uint States;
    public InetDiagSockId Id;
}

/// <summary>struct inet_diag_msg.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InetDiagMsg
{
    public byte Family;
    public byte State;
    public byte Timer;
    public byte Retransmits;
    public InetDiagSockId Id;
    public uint Expires;
    public uint RQueue;
    public uint WQueue;
    public uint Uid;
    public uint Inode;
}

/// <summary>struct inet_diag_bc_op; the operand of S_EQ and D_EQ, a port, stands in <see cref="No"/> of the op that follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InetDiagBcOp
{
    public byte Code;
    public byte Yes;
    public ushort No;
}
