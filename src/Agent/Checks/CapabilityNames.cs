using System.Globalization;
using static ReuseAddrDashboard.Agent.Kernel.CapabilityConstants;

namespace ReuseAddrDashboard.Agent.Checks;

/// <summary>Capabilities by name, as far as they matter here; others by number.</summary>
internal static class CapabilityNames
{
    private static readonly Dictionary<int, string> Names = new()
    {
        [CAP_CHOWN] = nameof(CAP_CHOWN),
        [CAP_DAC_OVERRIDE] = nameof(CAP_DAC_OVERRIDE),
        [CAP_DAC_READ_SEARCH] = nameof(CAP_DAC_READ_SEARCH),
        [CAP_NET_BIND_SERVICE] = nameof(CAP_NET_BIND_SERVICE),
        [CAP_NET_ADMIN] = nameof(CAP_NET_ADMIN),
        [CAP_NET_RAW] = nameof(CAP_NET_RAW),
    };

    public static IReadOnlyList<string> Find(ulong bits) =>
        [
            .. Enumerable
                .Range(0, 64)
                .Where(i => (bits >> i & 1) != 0)
                .Select(i => Names.TryGetValue(i, out string? name) ? name : string.Create(CultureInfo.InvariantCulture, $"capability {i}")),
        ];
}
