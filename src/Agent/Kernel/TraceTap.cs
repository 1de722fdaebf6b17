using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Texts;
using static ReuseAddrDashboard.Agent.Kernel.BpfConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// The kernel's tracepoints of the TCP sockets of one network namespace. tracefs has the same ones and cannot say which namespace a socket is in; a BPF program
/// at the
/// tracepoint can. Needs CAP_BPF and CAP_PERFMON outside any user namespace while it is opened, and nothing after that. Reading is for one thread at a time.
/// </summary>
internal sealed unsafe class TraceTap : IDisposable
{
    /// <summary>Octets for records that wait, about 43,000.</summary>
    public const int Room = 4 * 1024 * 1024;

    // Ring, control map, the program whose misses are counted; then the tracepoints as TracePrograms.All has them.
    private const int FirstTracepoint = 3;

    private readonly IReadOnlyList<SocketFd> _fds;
    private readonly BpfRing _ring;
    private readonly byte* _control;
    private readonly long _ahead = KernelClock.MonotonicOffset();
    private readonly SocketFd _misses;
    private ulong _lost;
    private long _missed;
    private bool _disposed;

    private TraceTap(IReadOnlyList<SocketFd> fds, BpfRing ring, byte* control)
    {
        (_fds, _ring) = (fds, ring);
        _control = control;
        // Once, so that it goes on when /proc is unmounted.
        _misses = new SocketFd(Libc.Open($"/proc/self/fdinfo/{fds[2].Number}", Constants.O_RDONLY | Constants.O_CLOEXEC));
    }

    /// <summary>Readable when a record waits.</summary>
    public int Number => _fds[0].Number;

    /// <summary>The ring's map, the control map, the program of sock:inet_sock_set_state and the tracepoints, for a program that takes them over.</summary>
    public IEnumerable<int> Numbers => _fds.Select(fd => fd.Number);

    /// <summary>
    /// Whether it tells when a segment changes a minisock's state. Before Linux 6.11 kfree_skb does not name the socket; then FIN-WAIT-2 to TIME-WAIT is told
    /// only where the
    /// timer is started anew.
    /// </summary>
    public bool TellsSegments => _fds.Count == FirstTracepoint + TracePrograms.All.Count;

    /// <summary>Opens it; it tells nothing until <see cref="Watch"/>. Null, with the reason, where the agent may not or the kernel cannot.</summary>
    /// <param name="networkNamespace">The namespace's inode.</param>
    /// <param name="refusal">The call that failed.</param>
    /// <param name="room">Octets of the ring, a power of 2 and of pages.</param>
    public static TraceTap? Open(ulong networkNamespace, out KernelRefusal? refusal, int room = Room)
    {
        var fds = new List<SocketFd>();
        TraceTap? tap = Fill(fds, (uint)networkNamespace, room, out refusal) ? Map(fds, room, out refusal) : null;
        if (tap is null)
            Close(fds);
        return tap;
    }

    /// <summary>Takes over what <see cref="Numbers"/> told another program of this process.</summary>
    public static TraceTap? Adopt(IEnumerable<int> numbers, out KernelRefusal? refusal)
    {
        List<SocketFd> fds = [.. numbers.Select(n => new SocketFd(n))];
        TraceTap? tap = Map(fds, Room, out refusal);
        if (tap is null)
            Close(fds);
        return tap;
    }

    /// <summary>Tells of sockets with one of these ports at either end from now on, instead of any before. Earlier records may still wait.</summary>
    public void Watch(ReadOnlySpan<ushort> ports)
    {
        for (int i = 0; i < TracePrograms.MaxPorts; i++)
            Volatile.Write(ref ((ushort*)_control)[i], i < ports.Length ? BinaryPrimitives.ReverseEndianness(ports[i]) : (ushort)0);
    }

    /// <summary>The next record; false for none.</summary>
    public bool TryRead(out TraceRecord record)
    {
        if (!_ring.TryRead(out record))
            return false;
        // The programs read the kernel's own clock, not the one of this time namespace.
        record.Time += _ahead;
        return true;
    }

    /// <summary>How many records have found no room since this was last asked.</summary>
    public long TakeLost()
    {
        ulong now = Volatile.Read(ref *(ulong*)(_control + TracePrograms.LostAt));
        long lost = (long)(now - _lost);
        _lost = now;
        return lost;
    }

    /// <summary>
    /// How many changes of state have been passed over since this was last asked, by sockets of any namespace and port: a change within an interrupt of the
    /// telling of another
    /// is not told (bpf_prog's recursion_misses; proc_pid_fdinfo(5)). Null where nobody says: before Linux 5.12, or without /proc when the tap was opened.
    /// Of the other programs none is asked: a timer's tracepoint cannot come within itself, and the segments that are freed within another's are nearly all of
    /// no minisock.
    /// </summary>
    public long? TakeMissed()
    {
        const int room = 4096;
        byte* text = stackalloc byte[room];
        nint length = _misses.IsInvalid ? -1 : Libc.PRead(_misses.Number, text, room, 0);
        ReadOnlySpan<byte> label = "recursion_misses:"u8,
            said = new(text, (int)Math.Max(0, length));
        int at = said.IndexOf(label);
        if (at < 0 || !Utf8Parser.TryParse(said[(at + label.Length)..].TrimStart((byte)'\t'), out long now, out _))
            return null;
        long missed = now - _missed;
        _missed = now;
        return missed;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Close(_fds);
        _misses.Dispose();
        _ring.Dispose();
        _ = Libc.MUnmap((nint)_control, (nuint)Environment.SystemPageSize);
    }

    private static bool Fill(List<SocketFd> fds, uint networkNamespace, int room, out KernelRefusal? refusal)
    {
        refusal =
            Add(fds, CreateMap(BPF_MAP_TYPE_RINGBUF, 0, 0, room, 0), "bpf(BPF_MAP_CREATE, BPF_MAP_TYPE_RINGBUF)")
            ?? Add(fds, CreateMap(BPF_MAP_TYPE_ARRAY, sizeof(uint), TracePrograms.ControlSize, 1, BPF_F_MMAPABLE), "bpf(BPF_MAP_CREATE, BPF_MAP_TYPE_ARRAY)");
        if (refusal is not null || Layout(out refusal) is not { } layout)
            return false;
        foreach ((TraceKind kind, string tracepoint, int argument) in TracePrograms.All)
        {
            SocketFd program = Load(TracePrograms.Write(kind, argument, layout, networkNamespace, fds[1].Number, fds[0].Number));
            if (program.IsInvalid)
                refusal = KernelRefusal.Last($"bpf(BPF_PROG_LOAD, {tracepoint})");
            else if (kind == TraceKind.State)
                fds.Add(program);
            // EINVAL: the tracepoint has fewer arguments here.
            if (
                refusal is null
                && Add(fds, Attach(tracepoint, program), $"bpf(BPF_RAW_TRACEPOINT_OPEN, {tracepoint})") is { } refused
                && !(kind == TraceKind.Segment && refused.Errno == Constants.EINVAL)
            )
            {
                refusal = refused;
            }
            // A program lives as long as it is at its tracepoint.
            if (kind != TraceKind.State)
                program.Dispose();
            if (refusal is not null)
                return false;
        }
        return true;
    }

    private static SocketLayout? Layout(out KernelRefusal? refusal)
    {
        refusal = null;
        try
        {
            string? missing = "struct";
            if (Btf.Parse(File.ReadAllBytes(SocketLayout.File)) is { } types && SocketLayout.Find(types, out missing) is { } layout)
                return layout;
            refusal = new KernelRefusal($"read({SocketLayout.File})", 0, Message.Of("source.no-type", ("type", missing), ("file", SocketLayout.File)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refusal = KernelRefusal.Of(
                $"open({SocketLayout.File})",
                e is FileNotFoundException or DirectoryNotFoundException ? Constants.ENOENT : Constants.EPERM
            );
        }
        return null;
    }

    private static SocketFd CreateMap(uint type, uint key, uint value, int entries, uint flags)
    {
        var create = new BpfMapCreate
        {
            MapType = type,
            KeySize = key,
            ValueSize = value,
            MaxEntries = (uint)entries,
            MapFlags = flags,
        };
        return new SocketFd(Libc.Bpf(BPF_MAP_CREATE, &create, sizeof(BpfMapCreate)));
    }

    private static SocketFd Load(ulong[] code)
    {
        // The helpers that read the kernel's memory are for programs under a licence that the GPL admits.
        fixed (ulong* instructions = code)
        fixed (byte* license = "Dual BSD/GPL\0"u8)
        {
            var load = new BpfProgLoad
            {
                ProgType = BPF_PROG_TYPE_RAW_TRACEPOINT,
                InsnCount = (uint)code.Length,
                Insns = instructions,
                License = license,
            };
            return new SocketFd(Libc.Bpf(BPF_PROG_LOAD, &load, sizeof(BpfProgLoad)));
        }
    }

    private static SocketFd Attach(string tracepoint, SocketFd program)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(tracepoint);
        var open = new BpfRawTracepoint { Name = (byte*)name, ProgFd = (uint)program.Number };
        int fd = Libc.Bpf(BPF_RAW_TRACEPOINT_OPEN, &open, sizeof(BpfRawTracepoint));
        int errno = Marshal.GetLastPInvokeError();
        Marshal.FreeCoTaskMem(name);
        Marshal.SetLastPInvokeError(errno);
        return new SocketFd(fd);
    }

    private static KernelRefusal? Add(List<SocketFd> fds, SocketFd fd, string call)
    {
        if (fd.IsInvalid)
            return KernelRefusal.Last(call);
        fds.Add(fd);
        return null;
    }

    private static TraceTap? Map(List<SocketFd> fds, int room, out KernelRefusal? refusal)
    {
        if (BpfRing.Map(fds[0].Number, room, out refusal) is not { } ring)
            return null;
        nint control = Libc.MMap(0, (nuint)Environment.SystemPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, fds[1].Number, 0);
        if (control != -1)
            return new TraceTap(fds, ring, (byte*)control);
        refusal = KernelRefusal.Last("mmap(BPF control map)");
        ring.Dispose();
        return null;
    }

    private static void Close(IEnumerable<SocketFd> fds)
    {
        foreach (SocketFd fd in fds)
            fd.Dispose();
    }
}
