using System.Globalization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// net.ipv4.ip_local_reserved_ports: ports that the kernel gives to no program that did not ask for them. <c>8080,9148,20000-20010</c>, or empty.
/// </summary>
internal static class ReservedPorts
{
    public const string Sysctl = "net.ipv4.ip_local_reserved_ports";

    /// <summary>True when the port is among them. What is no number or range counts for nothing.</summary>
    public static bool Has(string value, int port)
    {
        foreach (string part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length <= 2 && Number(ends[0]) is { } first && Number(ends[^1]) is { } last && port >= first && port <= last)
                return true;
        }
        return false;
    }

    /// <summary>What to do about a port that the kernel may give away; writing the sysctl replaces all that was there.</summary>
    /// <param name="value">What is there; null when it could not be read.</param>
    /// <param name="first">The first port that the kernel gives away.</param>
    /// <param name="port">The port to add.</param>
    public static Message Remedy(string? value, int first, int port) =>
        value is null
            ? Message.Of("check.remedy.reserve-unread", ("first", first), ("port", port))
            : Message.Of(
                "check.remedy.reserve",
                ("first", first),
                ("ports", (value.Trim() is { Length: > 0 } there ? $"{there}," : "") + port.ToString(CultureInfo.InvariantCulture))
            );

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
