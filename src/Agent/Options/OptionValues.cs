using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Watch;

namespace ReuseAddrDashboard.Agent.Options;

/// <summary>What the agent's options take.</summary>
internal static class OptionValues
{
    public const int MaxNetworks = 16;

    private const int MaxKey = 256,
        MaxInterface = 15,
        MaxRole = 16;

    public static bool Text(string text, out string? read) => (read = text).Length > 0;

    public static bool Role(string text, out string? read) =>
        (read = text).Length is > 0 and <= MaxRole && text.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9');

    public static bool Key(string text, out string? read) => (read = text).Length is > 0 and <= MaxKey && text.All(char.IsAsciiLetterOrDigit);

    public static bool Interface(string text, out string? read) => (read = text).Length is > 0 and <= MaxInterface;

    public static bool V4(string text, out IPAddress? read) =>
        IPAddress.TryParse(text, out read) && read.AddressFamily == AddressFamily.InterNetwork && read.ToString() == text;

    public static bool V6(string text, out IPAddress? read) =>
        IPAddress.TryParse(text, out read)
        && read is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false, ScopeId: 0 }
        && !text.Contains('%', StringComparison.Ordinal);

    public static bool Inode(string text, out ulong read) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out read) && read > 0;

    public static GivenOption<int?>.TryRead Whole(int most) =>
        (string text, out int? read) =>
        {
            bool isOne = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most;
            read = isOne ? number : null;
            return isOne;
        };

    public static bool Level(string text, out LogLevel? read)
    {
        bool isOne = Enum.TryParse(text, ignoreCase: true, out LogLevel level) && Enum.IsDefined(level) && text.All(char.IsAsciiLetter);
        read = isOne ? level : null;
        return isOne;
    }

    public static bool Rows(string text, out RowsOption? read)
    {
        read = null;
        string[] parts = text.Split(',');
        bool any = parts.Length > 1 && parts[^1] == "any";
        var addresses = new List<IPAddress>();
        foreach (string part in any ? parts[..^1] : parts)
        {
            if (!V4(part, out IPAddress? address) && !V6(part, out address))
                return false;
            addresses.Add(address!);
        }
        read = new RowsOption(addresses, any);
        return addresses.Count <= RowsOption.MaxAddresses;
    }

    public static bool Networks(string text, out IReadOnlyList<IPNetwork>? read)
    {
        read = null;
        string[] parts = text.Split(',');
        var networks = new List<IPNetwork>();
        foreach (string part in parts)
        {
            if (IPNetwork.TryParse(part, out IPNetwork network))
                networks.Add(network);
            else if (IPAddress.TryParse(part, out IPAddress? one) && (one.AddressFamily == AddressFamily.InterNetwork || one.ScopeId == 0))
                networks.Add(new(one, one.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            else
                return false;
        }
        read = networks;
        return parts.Length <= MaxNetworks;
    }
}
