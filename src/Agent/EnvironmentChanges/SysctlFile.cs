using ReuseAddrDashboard.Agent.Kernel;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

/// <summary>Sysctls of the calling thread's network namespace.</summary>
internal static unsafe class SysctlFile
{
    /// <summary>The value, its numbers apart by a space; null where it cannot be read.</summary>
    public static string? Read(string name) => TextFile.Sysctl(name);

    /// <summary>Sets it.</summary>
    public static KernelRefusal? Write(string name, string value)
    {
        string path = PathOf(name);
        using var file = new SocketFd(Libc.Open(path, Constants.O_WRONLY | Constants.O_CLOEXEC));
        if (file.IsInvalid)
            return KernelRefusal.Last($"open({path})");
        byte[] octets = System.Text.Encoding.ASCII.GetBytes(value + "\n");
        fixed (byte* buffer = octets)
            return Libc.Write(file.Number, buffer, (nuint)octets.Length) == octets.Length ? null : KernelRefusal.Last($"write({path})");
    }

    private static string PathOf(string name) => $"/proc/sys/{name.Replace('.', '/')}";
}
