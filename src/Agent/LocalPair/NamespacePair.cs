using System.Net;
using Microsoft.Win32.SafeHandles;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalPair;

/// <summary>Two network namespaces joined by a veth pair, one on each thread.</summary>
internal static class NamespacePair
{
    /// <summary>
    /// Buckets of a namespace's own hash of TCP sockets. Reading /proc/net/tcp walks every bucket of the hash, and the hash that all namespaces share has
    /// 262,144 of them on a usual machine: 5 ms a read. With 1024 of its own a read takes 56 us.
    /// </summary>
    private const int HashBuckets = 1024;

    /// <summary>The kernel sets half the buckets as the limit of TIME-WAIT sockets, 512, beyond which it makes none: no lesson. This is room for any.</summary>
    private const int TimeWaitBuckets = 65536;

    /// <returns>Null when both hosts are up and reach each other; else the first call that the kernel refused.</returns>
    public static async Task<KernelRefusal?> Build(HostThread client, HostThread server, TextWriter log)
    {
        SafeFileHandle? far = null;
        try
        {
            return await client.Run(() => OwnNamespace(log))
                ?? await server.Run(() => OwnNamespace(log) ?? Opened(out far))
                ?? await client.Run(() => Join(far!))
                ?? await server.Run(() => Address(LocalPairContract.ServerAddress))
                ?? await client.Run(() => Address(LocalPairContract.ClientAddress))
                ?? await server.Run(Usable)
                ?? await client.Run(Usable);
        }
        finally
        {
            far?.Dispose();
        }
    }

    private static KernelRefusal? OwnNamespace(TextWriter log)
    {
        // The size of the new namespace's hash is a setting of the namespace that makes it: hence one between this machine's and the host's.
        if (NetworkNamespace.Unshare() is { } noFirst)
        {
            return noFirst;
        }

        KernelRefusal? shared = NetworkNamespace.SetSysctl("ipv4/tcp_child_ehash_entries", HashBuckets);
        if (NetworkNamespace.Unshare() is { } noSecond)
        {
            return noSecond;
        }

        // Neither is worth going without namespaces: the first costs time (kernels before 6.1 lack it), the second matters only once 512 sockets wait.
        foreach (KernelRefusal? refused in new[] { shared, NetworkNamespace.SetSysctl("ipv4/tcp_max_tw_buckets", TimeWaitBuckets) })
        {
            if (refused is not null)
            {
                log.WriteLine($"{LocalPairContract.KeeperLine}going on without: {refused}");
            }
        }

        return WithLink(link => link.SetUp("lo"));
    }

    private static KernelRefusal? Opened(out SafeFileHandle? own)
    {
        own = NetworkNamespace.Open();
        return null;
    }

    private static KernelRefusal? Join(SafeFileHandle far) =>
        WithLink(link => link.AddVeth(LocalPairContract.Interface, (int)far.DangerousGetHandle()));

    private static KernelRefusal? Address(string address) => WithLink(link =>
        link.AddAddress(LocalPairContract.Interface, IPAddress.Parse(address), LocalPairContract.PrefixLength) ?? link.SetUp(LocalPairContract.Interface));

    private static KernelRefusal? Usable() => WithLink(link => link.WaitUntilUp(LocalPairContract.Interface));

    private static KernelRefusal? WithLink(Func<Rtnetlink, KernelRefusal?> change)
    {
        KernelRefusal? refused = Rtnetlink.Open(out Rtnetlink link);
        using (link)
        {
            return refused ?? change(link);
        }
    }
}
