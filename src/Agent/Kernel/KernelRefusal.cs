using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>A system call that failed: data, not an exception. Null stands for success, so that steps chain with <c>??</c>.</summary>
/// <param name="Call">What was tried, as a person would write it, <c>unshare(CLONE_NEWNET)</c>.</param>
/// <param name="Errno">The kernel's number; 0 where there is none.</param>
/// <param name="Text">The number's text.</param>
internal sealed record KernelRefusal(string Call, int Errno, string Text)
{
    public static KernelRefusal Last(string call) => Of(call, Marshal.GetLastPInvokeError());

    public static KernelRefusal Of(string call, int errno) => new(call, errno, Kernel.Errno.Text(errno));

    public override string ToString() => Errno == 0 ? $"{Call}: {Text}" : $"{Call}: {Text} ({Kernel.Errno.Name(Errno)})";
}
