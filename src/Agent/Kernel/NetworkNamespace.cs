using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// The network namespace of the calling thread (network_namespaces(7)). A namespace belongs to a thread, not to the process: sockets,
/// <c>/proc/thread-self/net</c>,
/// <c>/proc/sys/net</c> and the children that a thread makes are of that thread's namespace.
/// </summary>
internal static class NetworkNamespace
{
    private const int CLONE_NEWNET = 0x4000_0000;

    /// <summary>Gives the calling thread a new, empty namespace. Needs CAP_SYS_ADMIN in the user namespace.</summary>
    public static KernelRefusal? Unshare() => Libc.Unshare(CLONE_NEWNET) == 0 ? null : KernelRefusal.Last("unshare(CLONE_NEWNET)");

    /// <summary>Opens the calling thread's namespace, for handing to another thread's netlink request.</summary>
    public static SafeFileHandle Open() => File.OpenHandle("/proc/thread-self/ns/net");

    /// <summary>The number by which the kernel names the calling thread's namespace: <c>net:[4026532281]</c>.</summary>
    public static ulong Inode()
    {
        string target = new FileInfo("/proc/thread-self/ns/net").LinkTarget ?? "";
        return ulong.TryParse(target.AsSpan().Trim("net:[]"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) ? inode : 0;
    }

    /// <summary>Sets a sysctl of the calling thread's namespace and reads it back.</summary>
    /// <param name="name">Below /proc/sys/net, <c>ipv4/tcp_max_tw_buckets</c>.</param>
    /// <param name="value">The number.</param>
    public static unsafe KernelRefusal? SetSysctl(string name, long value)
    {
        string path = "/proc/sys/net/" + name,
            text = value.ToString(CultureInfo.InvariantCulture),
            call = $"write({path}, {text})";
        using var file = new SocketFd(Libc.Open(path, Constants.O_WRONLY | Constants.O_CLOEXEC));
        byte[] octets = Encoding.ASCII.GetBytes(text);
        fixed (byte* first = octets)
        {
            if (file.IsInvalid || Libc.Write(file.Number, first, (nuint)octets.Length) != octets.Length)
                return KernelRefusal.Last(call);
        }
        string? now = TextFile.Lines(path).FirstOrDefault()?.Trim();
        return now == text ? null : new KernelRefusal(call, 0, Message.Of("source.other-value", ("call", call), ("value", now ?? "")));
    }
}
