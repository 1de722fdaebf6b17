using ReuseAddrDashboard.Core.Tcp;
using static ReuseAddrDashboard.Agent.Kernel.BpfConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// The BPF programs that tell what happens to the TCP sockets of one network namespace, each for a raw tracepoint. A socket of another namespace, or of a port
/// that is not
/// watched, is passed over in the kernel. Nothing but memory of the kernel's own structs is read, by a helper that cannot fault.
/// </summary>
internal static class TracePrograms
{
    /// <summary>The value of the control map: watched ports in network byte order, 0 after the last; then a count of what found no room.</summary>
    public const int MaxPorts = Core.Wire.WatchOrder.MaxPorts,
        LostAt = 2 * MaxPorts,
        ControlSize = LostAt + 16;

    private const int Context = 6,
        Socket = 7,
        Control = 8,
        Record = -TraceRecord.Size,
        Pointer = -96,
        Scratch = -104;

    /// <summary>The tracepoint's name and the place of the socket, or of its timer, among its arguments.</summary>
    public static IReadOnlyList<(TraceKind Kind, string Tracepoint, int Argument)> All { get; } =
    [
        (TraceKind.State, "inet_sock_set_state", 0),
        (TraceKind.TimerStart, "timer_start", 0),
        (TraceKind.TimerCancel, "timer_cancel", 0),
        (TraceKind.TimerExpire, "timer_expire_entry", 0),
        (TraceKind.Segment, "kfree_skb", 3), // Linux 6.11
    ];

    /// <param name="kind">Which.</param>
    /// <param name="argument">The tracepoint's argument.</param>
    /// <param name="at">Where the members are.</param>
    /// <param name="networkNamespace">Its inode.</param>
    /// <param name="control">Descriptor of the control map.</param>
    /// <param name="ring">Descriptor of the ring.</param>
    public static ulong[] Write(TraceKind kind, int argument, SocketLayout at, uint networkNamespace, int control, int ring)
    {
        var code = new BpfCode();
        code.Move(Context, 1);
        code.Load(BPF_DW, Socket, Context, 8 * argument);
        for (int i = Record; i < 0; i += 8)
            code.StoreImmediate(BPF_DW, BpfCode.Frame, i, 0);
        code.StoreImmediate(BPF_B, BpfCode.Frame, Record + TraceRecord.KindAt, (int)kind);
        if (kind != TraceKind.State)
            Minisock(code, kind, at);
        Read(code, Record + TraceRecord.LocalPortAt, 2, kind == TraceKind.State ? at.SourcePort : at.MinisockPort);
        Read(code, Record + TraceRecord.RemotePortAt, 2, at.DestinationPort);
        OnWatchedPort(code, control);
        OfNamespace(code, at, networkNamespace);
        if (kind == TraceKind.State)
            Change(code, at);
        code.Store(BPF_DW, BpfCode.Frame, Record + TraceRecord.AddressAt, Socket);
        Read(code, Record + TraceRecord.FamilyAt, 2, at.Family);
        Read(code, Record + TraceRecord.Local4At, 4, at.Local4);
        Read(code, Record + TraceRecord.Remote4At, 4, at.Remote4);
        if (at is { Local6: { } local6, Remote6: { } remote6 })
        {
            Read(code, Record + TraceRecord.Local6At, 16, local6);
            Read(code, Record + TraceRecord.Remote6At, 16, remote6);
        }
        if (kind == TraceKind.State)
            Owner(code, at);
        else
            TimeLeft(code, at);
        code.Call(BPF_FUNC_ktime_get_ns);
        code.Store(BPF_DW, BpfCode.Frame, Record + TraceRecord.TimeAt, 0);
        Emit(code, ring);
        code.Label("end");
        code.Set(0, 0);
        code.Exit();
        return code.Finish();
    }

    private static void Change(BpfCode code, SocketLayout at)
    {
        code.Load(BPF_DW, 1, Context, 8);
        code.Store(BPF_B, BpfCode.Frame, Record + TraceRecord.OldAt, 1);
        code.Load(BPF_DW, 1, Context, 16);
        code.Store(BPF_B, BpfCode.Frame, Record + TraceRecord.NewAt, 1);
        // The tracepoint is also SCTP's and MPTCP's.
        Read(code, Scratch, 2, Socket, at.Protocol);
        code.Load(BPF_H, 1, BpfCode.Frame, Scratch);
        code.JumpUnless(1, Constants.IPPROTO_TCP, "end");
    }

    // Every timer of the kernel comes by here, so the test that nearly all fail is the first: only minisocks have TCP_TIME_WAIT in skc_state.
    private static void Minisock(BpfCode code, TraceKind kind, SocketLayout at)
    {
        if (kind == TraceKind.Segment)
            code.JumpIf(Socket, 0, "end");
        else
            code.AddImmediate(Socket, -at.MinisockTimer);
        Read(code, Scratch, 1, Socket, at.State);
        code.Load(BPF_B, 1, BpfCode.Frame, Scratch);
        code.JumpUnless(1, (int)TcpState.TimeWait, "end");
        Read(code, Record + TraceRecord.NewAt, 1, at.MinisockState);
    }

    private static void OfNamespace(BpfCode code, SocketLayout at, uint inode)
    {
        Read(code, Pointer, 8, Socket, at.Namespace);
        code.Load(BPF_DW, 1, BpfCode.Frame, Pointer);
        Read(code, Scratch, 4, 1, at.NamespaceInode);
        code.Load(BPF_W, 1, BpfCode.Frame, Scratch);
        code.JumpUnless32(1, inode, "end");
    }

    private static void OnWatchedPort(BpfCode code, int control)
    {
        code.LoadMap(Control, BPF_PSEUDO_MAP_VALUE, control);
        code.Load(BPF_H, 1, BpfCode.Frame, Record + TraceRecord.LocalPortAt);
        code.Load(BPF_H, 2, BpfCode.Frame, Record + TraceRecord.RemotePortAt);
        for (int i = 0; i < MaxPorts; i++)
        {
            code.Load(BPF_H, 3, Control, 2 * i);
            code.JumpIf(3, 0, "end");
            code.JumpIfEqual(3, 1, "watched");
            code.JumpIfEqual(3, 2, "watched");
        }
        code.Jump("end");
        code.Label("watched");
    }

    // sk->sk_socket is the first member of a struct socket_alloc, whose inode is the socket's.
    private static void Owner(BpfCode code, SocketLayout at)
    {
        Read(code, Record + TraceRecord.UidAt, 4, at.Uid);
        Read(code, Pointer, 8, Socket, at.Owner);
        code.Load(BPF_DW, 1, BpfCode.Frame, Pointer);
        code.JumpIf(1, 0, "orphan");
        Read(code, Record + TraceRecord.InodeAt, 8, 1, at.OwnerInode);
        code.Label("orphan");
    }

    private static void TimeLeft(BpfCode code, SocketLayout at)
    {
        Read(code, Pointer, 8, Socket, at.MinisockTimer + at.TimerExpires);
        code.Call(BPF_FUNC_jiffies64);
        code.Load(BPF_DW, 1, BpfCode.Frame, Pointer);
        code.Subtract(1, 0);
        code.Store(BPF_DW, BpfCode.Frame, Record + TraceRecord.LeftAt, 1);
    }

    private static void Emit(BpfCode code, int ring)
    {
        code.LoadMap(1, BPF_PSEUDO_MAP_FD, ring);
        code.Move(2, BpfCode.Frame);
        code.AddImmediate(2, Record);
        code.Set(3, TraceRecord.Size);
        code.Set(4, 0);
        code.Call(BPF_FUNC_ringbuf_output);
        code.JumpIf(0, 0, "end");
        code.Set(1, 1);
        code.AtomicAdd(Control, LostAt, 1);
    }

    private static void Read(BpfCode code, int to, int size, int offset) => Read(code, to, size, Socket, offset);

    // bpf_probe_read_kernel(fp + to, size, address + offset); what cannot be read is 0.
    private static void Read(BpfCode code, int to, int size, int address, int offset)
    {
        code.Move(3, address);
        code.AddImmediate(3, offset);
        code.Move(1, BpfCode.Frame);
        code.AddImmediate(1, to);
        code.Set(2, size);
        code.Call(BPF_FUNC_probe_read_kernel);
    }
}
