namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>The process's user namespace (user_namespaces(7)).</summary>
internal static class UserNamespace
{
    /// <summary>False in the machine's first one, which maps every user to itself: <c>0 0 4294967295</c>; also where /proc does not say.</summary>
    public static bool IsOwn()
    {
        try
        {
            return !File.ReadAllText("/proc/self/uid_map").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).SequenceEqual(["0", "0", "4294967295"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
