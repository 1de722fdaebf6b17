using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

/// <summary>Constants and layouts of bpf(2) against this machine's C headers.</summary>
public sealed class BpfHeadersTests
{
    private const string Includes = """
        #include <linux/bpf.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>

        """;

    [Fact]
    public void Constants_are_those_of_the_headers() => new CHeaders(Includes).Hold(typeof(BpfConstants), atLeast: 30);

    [Fact]
    public void Attributes_are_laid_out_as_in_the_header()
    {
        (string C, Type Type, string Name)[] fields =
        [
            ("map_type", typeof(BpfMapCreate), "MapType"),
            ("key_size", typeof(BpfMapCreate), "KeySize"),
            ("value_size", typeof(BpfMapCreate), "ValueSize"),
            ("max_entries", typeof(BpfMapCreate), "MaxEntries"),
            ("map_flags", typeof(BpfMapCreate), "MapFlags"),
            ("prog_type", typeof(BpfProgLoad), "ProgType"),
            ("insn_cnt", typeof(BpfProgLoad), "InsnCount"),
            ("insns", typeof(BpfProgLoad), "Insns"),
            ("license", typeof(BpfProgLoad), "License"),
            ("log_level", typeof(BpfProgLoad), "LogLevel"),
            ("log_size", typeof(BpfProgLoad), "LogSize"),
            ("log_buf", typeof(BpfProgLoad), "LogBuf"),
            ("kern_version", typeof(BpfProgLoad), "KernVersion"),
            ("prog_flags", typeof(BpfProgLoad), "ProgFlags"),
            ("raw_tracepoint.name", typeof(BpfRawTracepoint), "Name"),
            ("raw_tracepoint.prog_fd", typeof(BpfRawTracepoint), "ProgFd"),
        ];
        string prints = string.Concat(fields.Select(f => $"printf(\"{f.C} %zu\\n\", offsetof(union bpf_attr, {f.C}));\n"));
        Assert.Equal(fields.Select(f => $"{f.C} {Marshal.OffsetOf(f.Type, f.Name)}"), CProgram.Run($"{Includes} int main(void) {{ {prints} return 0; }}"));
        if (RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64)
            Assert.Equal(["321"], CProgram.Run($$"""{{Includes}} int main(void) { printf("%d\n", SYS_bpf); return 0; }"""));
    }
}
