using System.Globalization;

namespace ReuseAddrDashboard.Core.Rule;

/// <summary>A Linux release as <c>uname -r</c> gives it: <c>6.18.44-fc</c> is 6.18.44. What a distribution put into it besides cannot be seen in it.</summary>
/// <param name="Major">6</param>
/// <param name="Minor">18</param>
/// <param name="Patch">44; 0 where it is not known.</param>
/// <param name="IsExact">False where a distribution counts its own releases instead of the patches: Debian's <c>6.1.0-47-amd64</c> is 6.1.170, Ubuntu and Red
/// Hat do likewise.</param>
public readonly record struct KernelVersion(int Major, int Minor, int Patch, bool IsExact = true) : IComparable<KernelVersion>
{
    /// <summary>Reads the numbers at the beginning; null for a text that does not begin with two.</summary>
    public static KernelVersion? Parse(string? release)
    {
        string[] halves = (release ?? "").Split('-', '+', '_'),
            parts = halves[0].Split('.');
        if (parts.Length < 2 || Number(parts[0]) is not { } major || Number(parts[1]) is not { } minor)
            return null;
        int? patch = parts.Length > 2 ? Number(parts[2]) : null;
        return new(major, minor, patch ?? 0, patch is not null && (patch != 0 || halves.Length == 1 || !char.IsAsciiDigit(halves[1].FirstOrDefault())));
    }

    /// <inheritdoc/>
    public int CompareTo(KernelVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <summary>Earlier.</summary>
    public static bool operator <(KernelVersion a, KernelVersion b) => a.CompareTo(b) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(KernelVersion a, KernelVersion b) => a.CompareTo(b) > 0;

    /// <summary>Earlier, or the same.</summary>
    public static bool operator <=(KernelVersion a, KernelVersion b) => a.CompareTo(b) <= 0;

    /// <summary>Later, or the same.</summary>
    public static bool operator >=(KernelVersion a, KernelVersion b) => a.CompareTo(b) >= 0;

    /// <summary><c>6.18.44</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
