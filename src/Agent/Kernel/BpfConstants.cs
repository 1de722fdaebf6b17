namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Constants of bpf(2), mmap(2) and BPF instructions in C's spelling; a test holds each against the machine's headers.</summary>
internal static class BpfConstants
{
    public const int BPF_MAP_CREATE = 0,
        BPF_PROG_LOAD = 5,
        BPF_RAW_TRACEPOINT_OPEN = 17;
    public const uint BPF_MAP_TYPE_ARRAY = 2,
        BPF_MAP_TYPE_RINGBUF = 27;
    public const uint BPF_PROG_TYPE_RAW_TRACEPOINT = 17;
    public const uint BPF_F_MMAPABLE = 1024;
    public const uint BPF_RINGBUF_BUSY_BIT = 1u << 31,
        BPF_RINGBUF_DISCARD_BIT = 1u << 30,
        BPF_RINGBUF_HDR_SZ = 8;
    public const int BPF_PSEUDO_MAP_FD = 1,
        BPF_PSEUDO_MAP_VALUE = 2;
    public const int BPF_FUNC_ktime_get_ns = 5,
        BPF_FUNC_probe_read_kernel = 113,
        BPF_FUNC_jiffies64 = 118,
        BPF_FUNC_ringbuf_output = 130;

    public const int BPF_LD = 0,
        BPF_LDX = 1,
        BPF_ST = 2,
        BPF_STX = 3,
        BPF_JMP = 5,
        BPF_JMP32 = 6,
        BPF_ALU64 = 7;
    public const int BPF_W = 0,
        BPF_H = 8,
        BPF_B = 0x10,
        BPF_DW = 0x18,
        BPF_IMM = 0,
        BPF_MEM = 0x60,
        BPF_ATOMIC = 0xc0;
    public const int BPF_ADD = 0,
        BPF_SUB = 0x10,
        BPF_MOV = 0xb0,
        BPF_K = 0,
        BPF_X = 8;
    public const int BPF_JA = 0,
        BPF_JEQ = 0x10,
        BPF_JNE = 0x50,
        BPF_CALL = 0x80,
        BPF_EXIT = 0x90;

    public const int PROT_READ = 1,
        PROT_WRITE = 2,
        MAP_SHARED = 1;
}
