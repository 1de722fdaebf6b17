using static ReuseAddrDashboard.Agent.Kernel.BpfConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// The reader's end of a BPF ring buffer (Documentation/bpf/ringbuf.rst): two counters and the data, shared with the kernel. For one thread at a time.
/// </summary>
internal sealed unsafe class BpfRing : IDisposable
{
    private readonly nuint _page = (nuint)Environment.SystemPageSize,
        _size;
    private readonly byte* _consumer,
        _producer;
    private bool _disposed;

    private BpfRing(byte* consumer, byte* producer, nuint size)
    {
        _consumer = consumer;
        _producer = producer;
        _size = size;
    }

    /// <param name="map">Descriptor of the map; poll(2) says when it has something.</param>
    /// <param name="size">Its octets, a power of 2.</param>
    /// <param name="refusal">The call that failed.</param>
    public static BpfRing? Map(int map, int size, out KernelRefusal? refusal)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        refusal = null;
        nint consumer = Libc.MMap(0, page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
        if (consumer == -1)
        {
            refusal = KernelRefusal.Last("mmap(BPF ring)");
            return null;
        }
        // The data is mapped twice, one after the other, so that a record over the end reads on.
        nint producer = Libc.MMap(0, page + 2 * (nuint)size, PROT_READ, MAP_SHARED, map, (nint)page);
        if (producer == -1)
        {
            refusal = KernelRefusal.Last("mmap(BPF ring)");
            _ = Libc.MUnmap(consumer, page);
            return null;
        }
        return new BpfRing((byte*)consumer, (byte*)producer, (nuint)size);
    }

    ~BpfRing() => Free();

    /// <summary>The next record; false for none. One that is just being written ends the reading: those after it wait.</summary>
    public bool TryRead(out TraceRecord record)
    {
        record = default;
        ulong read = *(ulong*)_consumer;
        while (read < Volatile.Read(ref *(ulong*)_producer))
        {
            byte* header = _producer + _page + (nuint)(read & (_size - 1));
            uint length = Volatile.Read(ref *(uint*)header);
            if ((length & BPF_RINGBUF_BUSY_BIT) != 0)
                return false;
            uint octets = length & ~BPF_RINGBUF_DISCARD_BIT;
            bool taken = octets == TraceRecord.Size && (length & BPF_RINGBUF_DISCARD_BIT) == 0;
            if (taken)
                record = *(TraceRecord*)(header + BPF_RINGBUF_HDR_SZ);
            read += (octets + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
            Volatile.Write(ref *(ulong*)_consumer, read);
            if (taken)
                return true;
        }
        return false;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_disposed)
            return;
        _disposed = true;
        _ = Libc.MUnmap((nint)_consumer, _page);
        _ = Libc.MUnmap((nint)_producer, _page + 2 * _size);
    }
}
