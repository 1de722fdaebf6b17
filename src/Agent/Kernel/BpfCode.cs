using static ReuseAddrDashboard.Agent.Kernel.BpfConstants;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// Writes a BPF program (Documentation/bpf/standardization/instruction-set.rst). r0 is a call's result, r1 to r5 its arguments, r6 to r9 outlive it, r10 is the
/// frame.
/// </summary>
internal sealed class BpfCode
{
    public const int Frame = 10;

    private readonly List<ulong> _code = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<(int At, string Label)> _jumps = [];

    /// <param name="size">BPF_B, BPF_H, BPF_W or BPF_DW.</param>
    /// <param name="to">Register.</param>
    /// <param name="address">Register with the address.</param>
    /// <param name="offset">Added to the address.</param>
    public void Load(int size, int to, int address, int offset) => Add(BPF_LDX | BPF_MEM | size, to, address, offset, 0);

    public void Store(int size, int address, int offset, int from) => Add(BPF_STX | BPF_MEM | size, address, from, offset, 0);

    public void StoreImmediate(int size, int address, int offset, int value) => Add(BPF_ST | BPF_MEM | size, address, 0, offset, value);

    public void Move(int to, int from) => Add(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);

    public void Set(int to, int value) => Add(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value);

    public void AddImmediate(int to, int value) => Add(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value);

    public void Subtract(int to, int from) => Add(BPF_ALU64 | BPF_SUB | BPF_X, to, from, 0, 0);

    public void AtomicAdd(int address, int offset, int from) => Add(BPF_STX | BPF_ATOMIC | BPF_DW, address, from, offset, BPF_ADD);

    /// <summary>Loads a map, or the address of its value.</summary>
    /// <param name="to">Register.</param>
    /// <param name="kind">BPF_PSEUDO_MAP_FD or BPF_PSEUDO_MAP_VALUE.</param>
    /// <param name="map">Descriptor.</param>
    public void LoadMap(int to, int kind, int map)
    {
        Add(BPF_LD | BPF_DW | BPF_IMM, to, kind, 0, map);
        Add(0, 0, 0, 0, 0);
    }

    public void Call(int helper) => Add(BPF_JMP | BPF_CALL, 0, 0, 0, helper);

    public void Exit() => Add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);

    public void Jump(string label) => Branch(BPF_JMP | BPF_JA, 0, 0, 0, label);

    public void JumpIfEqual(int a, int b, string label) => Branch(BPF_JMP | BPF_JEQ | BPF_X, a, b, 0, label);

    public void JumpIf(int register, int value, string label) => Branch(BPF_JMP | BPF_JEQ | BPF_K, register, 0, value, label);

    public void JumpUnless(int register, int value, string label) => Branch(BPF_JMP | BPF_JNE | BPF_K, register, 0, value, label);

    /// <summary>Compares 32 bits.</summary>
    public void JumpUnless32(int register, uint value, string label) => Branch(BPF_JMP32 | BPF_JNE | BPF_K, register, 0, (int)value, label);

    public void Label(string name) => _labels.Add(name, _code.Count);

    /// <summary>The program, as the kernel takes it.</summary>
    public ulong[] Finish()
    {
        foreach ((int at, string label) in _jumps)
            _code[at] |= (ulong)(ushort)(_labels[label] - at - 1) << 16;
        return [.. _code];
    }

    private void Branch(int code, int a, int b, int value, string label)
    {
        _jumps.Add((_code.Count, label));
        Add(code, a, b, 0, value);
    }

    // struct bpf_insn: code, destination and source of 4 bits each, offset of 16, immediate of 32.
    private void Add(int code, int to, int from, int offset, int immediate) =>
        _code.Add((ulong)(byte)code | (ulong)(uint)(to | from << 4) << 8 | (ulong)(ushort)(short)offset << 16 | (ulong)(uint)immediate << 32);
}
