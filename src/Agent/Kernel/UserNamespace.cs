namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>The process's user namespace (user_namespaces(7)).</summary>
internal static class UserNamespace
{
    /// <summary>False in the machine's first one, which maps every user to itself: <c>0 0 4294967295</c>; also where /proc does not say.</summary>
    public static bool IsOwn() =>
        TextFile.Lines("/proc/self/uid_map") is { Length: > 0 } lines
        && !lines.SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).SequenceEqual(["0", "0", "4294967295"]);
}
