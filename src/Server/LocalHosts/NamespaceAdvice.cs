namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>Says what to change where the kernel refuses namespaces.</summary>
public static class NamespaceAdvice
{
    /// <param name="why">What the refused program said, one line.</param>
    /// <param name="sysctls">Directory of the sysctls, /proc/sys.</param>
    public static string Refused(string why, string sysctls = "/proc/sys") =>
        $"Network namespaces are not allowed here: {why.TrimEnd('.')}." + (Cause(sysctls) is { } cause ? " " + cause : "");

    public const string NoUnshare =
        "Network namespaces need the program unshare, which is not on the PATH: install the package util-linux, or start the Server as root.";

    private static string? Cause(string sysctls) =>
        Is(sysctls, "kernel/apparmor_restrict_unprivileged_userns", "1") ? "The cause is kernel.apparmor_restrict_unprivileged_userns=1; an administrator can set it to 0."
        : Is(sysctls, "kernel/unprivileged_userns_clone", "0") ? "The cause is kernel.unprivileged_userns_clone=0; an administrator can set it to 1."
        : Is(sysctls, "user/max_user_namespaces", "0") ? "The cause is user.max_user_namespaces=0; an administrator can raise it."
        : File.Exists("/.dockerenv") ? "A container needs the capability SYS_ADMIN for them; better run an agent in a container for each host."
        : null;

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
