using System.Globalization;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>
/// What an address says of the lab: which one (<c>?lab=ID</c>; the dashboard's first where it says none), and with which values its lesson is prepared.
/// </summary>
public static class LabAddress
{
    /// <summary>Most characters of values in an address.</summary>
    private const int MaxValues = 1000;

    /// <summary>
    /// The values of a lesson that an address names, <c>?values=left:time-wait,secondReuseAddr:1</c>: a switch is 0 or 1. What the lesson has not, or does not
    /// take, is passed over.
    /// </summary>
    public static IReadOnlyDictionary<string, Scalar> Values(string? text, Scenario lesson)
    {
        var values = new Dictionary<string, Scalar>();
        foreach (string part in text is { Length: <= MaxValues } ? text.Split(',') : [])
        {
            if (
                part.Split(':') is [var name, var content]
                && lesson.Values.FirstOrDefault(v => v.Id == name) is { } of
                && Read(of, content) is { } value
                && of.Allows(value)
            )
                values[name] = value;
        }
        return values;
    }

    private static Scalar? Read(ScenarioValue of, string text) =>
        of.Kind switch
        {
            ValueKind.Switch => text is "0" or "1" ? Scalar.Of(text == "1") : null,
            ValueKind.Number => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? Scalar.Of(number) : null,
            _ => Scalar.Of(text),
        };

    /// <summary>The lab that an address of the page names; empty for the first.</summary>
    public static string Lab(string uri)
    {
        foreach (string part in new Uri(uri).Query.TrimStart('?').Split('&'))
        {
            if (part.StartsWith("lab=", StringComparison.Ordinal))
                return Uri.UnescapeDataString(part[4..]);
        }
        return "";
    }
}
