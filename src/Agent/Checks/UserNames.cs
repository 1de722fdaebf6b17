using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;

namespace ReuseAddrDashboard.Agent.Checks;

/// <summary>Users by name, as /etc/passwd has them (passwd(5)).</summary>
internal static class UserNames
{
    private const int MaxName = 64;

    /// <summary>
    /// The names of those that have one. None in a user namespace: there the kernel tells numbers of that namespace, and the file is of the machine's.
    /// </summary>
    public static IReadOnlyDictionary<uint, string> Read()
    {
        var names = new Dictionary<uint, string>();
        if (UserNamespace.IsOwn())
            return names;
        foreach (string line in TextFile.Lines("/etc/passwd"))
        {
            if (
                line.Split(':') is [{ Length: > 0 and <= MaxName } name, _, var uid, ..]
                && uint.TryParse(uid, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            )
            {
                names.TryAdd(number, name);
            }
        }
        return names;
    }
}
