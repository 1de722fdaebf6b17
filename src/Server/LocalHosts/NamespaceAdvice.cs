using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>Says what to change where the kernel refuses namespaces.</summary>
internal static class NamespaceAdvice
{
    /// <param name="why">What the refused program said, one line.</param>
    /// <param name="sysctls">Directory of the sysctls, /proc/sys.</param>
    public static Message Refused(string why, string sysctls = "/proc/sys")
    {
        why = why.TrimEnd('.');
        return Cause("kernel/apparmor_restrict_unprivileged_userns", "1", HostsCodes.NoNamespacesSysctl, "0")
            ?? Cause("kernel/unprivileged_userns_clone", "0", HostsCodes.NoNamespacesSysctl, "1")
            ?? Cause("user/max_user_namespaces", "0", HostsCodes.NoNamespacesLimit, "")
            ?? Message.Of(File.Exists("/.dockerenv") ? HostsCodes.NoNamespacesContainer : HostsCodes.NoNamespaces, ("why", why));

        Message? Cause(string name, string value, string code, string wanted) =>
            Is(sysctls, name, value) ? Message.Of(code, ("why", why), ("sysctl", name.Replace('/', '.')), ("value", value), ("wanted", wanted)) : null;
    }

    private static bool Is(string sysctls, string name, string value)
    {
        try
        {
            return File.ReadAllText(Path.Combine(sysctls, name)).Trim() == value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // this kernel does not have it
        }
    }
}
