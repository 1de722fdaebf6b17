using System.Globalization;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Pages.Captures;

/// <summary>How the pages of capture files write what a file has.</summary>
internal static class CaptureWords
{
    public static string Megabytes(long octets) => (octets / 1e6).ToString(octets < 100_000 ? "0.000" : "0.0", CultureInfo.InvariantCulture);

    public static string Span(PageTexts text, long ns) => Durations.Span(ns, text.Language);

    public static string Moment(PageTexts text, long ns) => Durations.Moment(ns, text.Language);

    /// <summary>Who closed first, in a word.</summary>
    public static string Closed(PageTexts text, FileConnection c) =>
        text[
            (c.Closed, c.Begin) switch
            {
                (ClosedFirst.A, ConnectionBegin.Before) => "captures.by-end.a",
                (ClosedFirst.B, ConnectionBegin.Before) => "captures.by-end.b",
                _ => $"captures.by.{c.Closed.ToString().ToLowerInvariant()}",
            }
        ];

    /// <summary>The state at the end of the capture; a hyphen where nothing is known.</summary>
    public static string State(FileEnd end) => end.State?.Name() ?? (end.Gone ? "CLOSED" : "–");
}
