using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>A system call that failed: data, not an exception. Null stands for success, so that steps chain with <c>??</c>.</summary>
/// <param name="Call">What was tried, as a person would write it, <c>unshare(CLONE_NEWNET)</c>.</param>
/// <param name="Errno">The kernel's number; 0 where there is none.</param>
/// <param name="Reason">What is wrong where no number says it; null otherwise.</param>
internal sealed record KernelRefusal(string Call, int Errno, Message? Reason = null)
{
    public static KernelRefusal Last(string call) => Of(call, Marshal.GetLastPInvokeError());

    public static KernelRefusal Of(string call, int errno) => new(call, errno);

    /// <summary>The call with the reason, for whoever reads it elsewhere.</summary>
    public Message Message => Reason ?? Message.Of("source.refused", ("call", Call), ("error", Kernel.Errno.Text(Errno)), ("errno", Kernel.Errno.Name(Errno)));

    /// <summary>The same as a sentence, for the console.</summary>
    public override string ToString() => TextCatalog.English[Message].TrimEnd('.');
}
