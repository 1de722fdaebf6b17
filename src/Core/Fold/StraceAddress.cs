using System.Globalization;
using System.Net;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The address in a call's arguments: <c>3, {sa_family=AF_INET, sin_port=htons(11111), sin_addr=inet_addr("0.0.0.0")}, 16</c>.</summary>
internal static class StraceAddress
{
    /// <returns>Null where there is none.</returns>
    public static Endpoint? Read(string args)
    {
        ReadOnlySpan<char> port = Between(args, "_port=htons(", ")");
        ReadOnlySpan<char> address = Between(args, "inet_addr(\"", "\"");
        if (address.IsEmpty)
            address = Between(args, "inet_pton(AF_INET6, \"", "\"");
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && IPAddress.TryParse(address, out IPAddress? ip)
            ? Endpoint.Of(ip, number)
            : null;
    }

    private static ReadOnlySpan<char> Between(string text, string before, string after)
    {
        int start = text.IndexOf(before, StringComparison.Ordinal);
        if (start < 0)
            return default;
        start += before.Length;
        int end = text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? default : text.AsSpan(start, end - start);
    }
}
