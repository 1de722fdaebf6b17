using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// The program by which the kernel picks sockets of a dump (INET_DIAG_REQ_BYTECODE): local or remote port is one of these. An op jumps forward by yes or
/// no octets; exactly at the end takes the socket, four octets beyond leaves it out (inet_diag_bc_run).
/// </summary>
internal static class DiagPortFilter
{
    /// <summary>Octets of the program for each port.</summary>
    public const int OctetsPerPort = 2 * (Condition + Jump);

    private const int Condition = 8,
        Jump = 4;

    public static byte[] Program(ReadOnlySpan<ushort> ports)
    {
        int conditions = 2 * ports.Length,
            length = conditions * (Condition + Jump) - Jump;
        var ops = new List<InetDiagBcOp>(3 * conditions);
        for (int i = 0; i < conditions; i++)
        {
            // No: over the jump that follows, to the next condition. Yes: to that jump, which leads to the end.
            byte code = i % 2 == 0 ? Constants.INET_DIAG_BC_S_EQ : Constants.INET_DIAG_BC_D_EQ;
            ops.Add(
                new InetDiagBcOp
                {
                    Code = code,
                    Yes = Condition,
                    No = Condition + Jump,
                }
            );
            ops.Add(new InetDiagBcOp { No = ports[i / 2] });
            if (i < conditions - 1)
            {
                ops.Add(
                    new InetDiagBcOp
                    {
                        Code = Constants.INET_DIAG_BC_JMP,
                        Yes = Jump,
                        No = (ushort)(length - i * (Condition + Jump) - Condition),
                    }
                );
            }
        }
        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(ops)).ToArray();
    }
}
