using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.LocalHosts;

namespace ReuseAddrDashboard.LocalHosts.Tests;

public sealed class NamespaceAdviceTests
{
    [Theory]
    [InlineData("kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=1")]
    [InlineData("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=0")]
    [InlineData("user/max_user_namespaces", "0", "user.max_user_namespaces=0")]
    public void Names_the_sysctl_that_forbids_them(string sysctl, string value, string named)
    {
        DirectoryInfo sysctls = Directory.CreateTempSubdirectory("sysctls-");
        try
        {
            string file = Path.Combine(sysctls.FullName, sysctl);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, value + "\n");
            string text = TextCatalog.English[NamespaceAdvice.Refused("unshare: Operation not permitted", sysctls.FullName)];
            Assert.StartsWith(
                "Network namespaces are not allowed here: unshare: Operation not permitted. The cause is " + named,
                text,
                StringComparison.Ordinal
            );

            File.WriteAllText(file, value == "0" ? "1\n" : "0\n");
            Assert.DoesNotContain(named, TextCatalog.English[NamespaceAdvice.Refused("x", sysctls.FullName)], StringComparison.Ordinal);
        }
        finally
        {
            sysctls.Delete(recursive: true);
        }
    }
}
