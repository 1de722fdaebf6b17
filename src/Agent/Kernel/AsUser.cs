using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// Makes sockets that belong to another user. What counts to the kernel is the owner of the socket's inode (sock_i_uid): the calling thread's file system user
/// when the socket is made
/// (setfsuid(2), needs CAP_SETUID), or who it was given to afterwards (fchown(2), needs CAP_CHOWN).
/// </summary>
internal static class AsUser
{
    /// <summary>Makes one socket. Null when it belongs to the user, or none was made; else what the kernel refused.</summary>
    /// <param name="uid">Null for the agent's own.</param>
    /// <param name="make">Makes it, on the calling thread.</param>
    /// <param name="made">The socket that was made; null for none.</param>
    public static KernelRefusal? Do(uint? uid, Action make, Func<SocketFd?> made)
    {
        if (uid is not { } owner || owner == Libc.GetEUid())
        {
            make();
            return null;
        }
        int before = Libc.SetFsUid(owner);
        // It tells the user before, whether or not it succeeded; asked for an impossible one it changes nothing.
        bool became = (uint)Libc.SetFsUid(uint.MaxValue) == owner;
        try
        {
            make();
        }
        finally
        {
            _ = Libc.SetFsUid((uint)before);
        }
        return became || made() is not { } fd || Libc.FChown(fd.Number, owner, uint.MaxValue) == 0 ? null : KernelRefusal.Last("fchown");
    }

    /// <summary>Whether this agent may, found out with a socket of its own and the user nobody, or another where that is the agent itself.</summary>
    public static KernelRefusal? Trial()
    {
        const uint nobody = 65534;
        uint other = Libc.GetEUid() == nobody ? nobody - 1 : nobody;
        SocketFd? fd = null;
        KernelRefusal? refused = Do(
            other,
            () => fd = new SocketFd(Libc.Socket(Constants.AF_INET, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, Constants.IPPROTO_IP)),
            () => fd
        );
        using (fd)
            return fd is { IsInvalid: true } ? KernelRefusal.Last("socket") : refused;
    }
}
