namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// Where the kernel that runs now keeps what tracing reads of a socket; octets from the begin of struct sock and of struct inet_timewait_sock, which begin
/// alike.
/// </summary>
internal sealed record SocketLayout
{
    public const string File = "/sys/kernel/btf/vmlinux";

    public required int Namespace { get; init; }
    public required int NamespaceInode { get; init; }
    public required int State { get; init; }
    public required int Family { get; init; }
    public required int Protocol { get; init; }
    public required int SourcePort { get; init; }
    public required int DestinationPort { get; init; }
    public required int Local4 { get; init; }
    public required int Remote4 { get; init; }

    /// <summary>Null in a kernel without IPv6.</summary>
    public required int? Local6 { get; init; }
    public required int? Remote6 { get; init; }
    public required int Uid { get; init; }
    public required int Owner { get; init; }
    public required int OwnerInode { get; init; }
    public required int MinisockTimer { get; init; }
    public required int MinisockState { get; init; }
    public required int MinisockPort { get; init; }

    /// <summary>From the begin of struct timer_list.</summary>
    public required int TimerExpires { get; init; }

    /// <summary>The layout, or null and the first member that this kernel's types do not have.</summary>
    public static SocketLayout? Find(Btf types, out string? missing)
    {
        string? first = null;
        int At(string type, string path)
        {
            if (types.Offset(type, path) is { } offset)
                return offset;
            first ??= $"{type}.{path}";
            return 0;
        }
        var layout = new SocketLayout
        {
            Namespace = At("sock_common", "skc_net.net"),
            NamespaceInode = At("net", "ns.inum"),
            State = At("sock_common", "skc_state"),
            Family = At("sock_common", "skc_family"),
            Protocol = At("sock", "sk_protocol"),
            SourcePort = At("inet_sock", "inet_sport"),
            DestinationPort = At("sock_common", "skc_dport"),
            Local4 = At("sock_common", "skc_rcv_saddr"),
            Remote4 = At("sock_common", "skc_daddr"),
            Local6 = types.Offset("sock_common", "skc_v6_rcv_saddr"),
            Remote6 = types.Offset("sock_common", "skc_v6_daddr"),
            Uid = At("sock", "sk_uid"),
            Owner = At("sock", "sk_socket"),
            OwnerInode = At("socket_alloc", "vfs_inode") - At("socket_alloc", "socket") + At("inode", "i_ino"),
            MinisockTimer = At("inet_timewait_sock", "tw_timer"),
            MinisockState = At("inet_timewait_sock", "tw_substate"),
            MinisockPort = At("inet_timewait_sock", "tw_sport"),
            TimerExpires = At("timer_list", "expires"),
        };
        missing = first;
        return first is null ? layout : null;
    }
}
