using System.Net;
using Microsoft.Win32.SafeHandles;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>Two network namespaces joined by a veth pair, one on each thread.</summary>
internal static class HostNamespaces
{
    /// <summary>
    /// Buckets of a namespace's own hash of TCP sockets. Reading /proc/net/tcp walks every bucket of the hash, and the hash that all namespaces share has
    /// 262,144 of them on a usual machine: 5 ms a read. With 1024 of its own a read takes 56 us.
    /// </summary>
    private const int HashBuckets = 1024;

    /// <summary>The kernel sets half the buckets as the limit of TIME-WAIT sockets, 512, beyond which it makes none: no lesson. This is room for any.</summary>
    private const int TimeWaitBuckets = 65536;

    /// <returns>Null when both hosts are up and reach each other over IPv4; else the first call that the kernel refused.</returns>
    public static async Task<KernelRefusal?> Build(HostThread first, HostThread second, TextWriter log)
    {
        SafeFileHandle? far = null;
        try
        {
            return await first.Run(() => MakeOwn(log))
                ?? await second.Run(() => MakeOwn(log) ?? OpenOwn(out far))
                ?? await first.Run(() => Join(far!))
                ?? await second.Run(() => Address(LocalHostsContract.InNamespaces[1], log))
                ?? await first.Run(() => Address(LocalHostsContract.InNamespaces[0], log))
                ?? await second.Run(Usable)
                ?? await first.Run(Usable);
        }
        finally
        {
            far?.Dispose();
        }
    }

    private static KernelRefusal? MakeOwn(TextWriter log)
    {
        // The size of the new namespace's hash is a setting of the namespace that makes it: hence one between this machine's and the host's.
        if (NetworkNamespace.Unshare() is { } noFirst)
            return noFirst;

        KernelRefusal? shared = NetworkNamespace.SetSysctl("ipv4/tcp_child_ehash_entries", HashBuckets);
        if (NetworkNamespace.Unshare() is { } noSecond)
            return noSecond;

        // Neither is worth going without namespaces: the first costs time (kernels before 6.1 lack it), the second matters only once 512 sockets wait.
        foreach (KernelRefusal? refused in new[] { shared, NetworkNamespace.SetSysctl("ipv4/tcp_max_tw_buckets", TimeWaitBuckets) })
            GoOnWithout(refused, log);

        return WithLink(link => link.SetUp("lo"));
    }

    private static KernelRefusal? OpenOwn(out SafeFileHandle? own)
    {
        own = NetworkNamespace.Open();
        return null;
    }

    private static KernelRefusal? Join(SafeFileHandle far) =>
        WithLink(link => link.AddVeth(LocalHostsContract.InNamespaces[0].Interface, (int)far.DangerousGetHandle()));

    // Without IPv6 in the kernel the lessons that need it cannot run; the others can.
    private static KernelRefusal? Address(LocalHostAddresses host, TextWriter log) =>
        WithLink(link =>
        {
            KernelRefusal? refused =
                link.AddAddress(host.Interface, IPAddress.Parse(host.Address), LocalHostsContract.PrefixLength)
                ?? link.AddAddress(host.Interface, IPAddress.Parse(host.Second), LocalHostsContract.PrefixLength)
                ?? link.SetUp(host.Interface);
            if (refused is null && host.V6 is { } v6)
                GoOnWithout(link.AddAddress(host.Interface, IPAddress.Parse(v6), LocalHostsContract.V6PrefixLength), log);
            return refused;
        });

    private static KernelRefusal? Usable() => WithLink(link => link.WaitUntilUp(LocalHostsContract.InNamespaces[0].Interface));

    private static void GoOnWithout(KernelRefusal? refused, TextWriter log)
    {
        if (refused is not null)
            log.WriteLine($"{LocalHostsContract.OwnLine}going on without: {refused}");
    }

    private static KernelRefusal? WithLink(Func<Rtnetlink, KernelRefusal?> change)
    {
        KernelRefusal? refused = Rtnetlink.Open(out Rtnetlink link);
        using (link)
            return refused ?? change(link);
    }
}
