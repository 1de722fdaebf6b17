namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>Where the columns are for a given width.</summary>
/// <param name="Width">Of the picture in px.</param>
/// <param name="Text">The picture's font.</param>
/// <param name="Narrow">True when labels stand between the lifelines, each on a line of its own.</param>
/// <param name="ClientX">The client's lifeline.</param>
/// <param name="ServerX">The server's lifeline.</param>
/// <param name="ClientLabel">Where the client's labels begin (narrow) or end.</param>
/// <param name="ServerLabel">Where the server's labels end (narrow) or begin.</param>
/// <param name="ClientRoom">Room for a client's label.</param>
/// <param name="ServerRoom">Room for a server's label.</param>
/// <param name="TimeX">Where time labels end.</param>
public sealed record Frame(
    double Width, TextMetrics Text, bool Narrow, double ClientX, double ServerX, double ClientLabel, double ServerLabel, double ClientRoom, double ServerRoom, double TimeX)
{
    /// <summary>The narrowest picture that is laid out; below it scrolls sideways.</summary>
    public const double Smallest = 280;

    public const double BandWidth = 12;

    /// <summary>From one socket's band to the next one's, outward.</summary>
    public const double SlotWidth = 17;

    private const double Gap = 12, Margin = 10;

    /// <param name="width">The room there is, px.</param>
    /// <param name="clientSlots">Bands side by side at the client, at least 1.</param>
    /// <param name="serverSlots">The same at the server.</param>
    /// <param name="clientWaits">True when the client has a TIME-WAIT, whose ring and name need more room.</param>
    public static Frame Of(double width, int clientSlots, int serverSlots, bool clientWaits = false)
    {
        double w = Math.Max(Smallest, width);
        var text = new TextMetrics(w >= 900 ? 14 : w >= 720 ? 13 : TextMetrics.Smallest);
        double time = Math.Max(text.Sans("99.9 s"), text.Sans("999 ms")) + Margin;
        double client = BandWidth / 2 + (clientSlots - 1) * SlotWidth, server = BandWidth / 2 + (serverSlots - 1) * SlotWidth;
        if (w < 600)
        {
            double left = time + 8 + client, right = w - Margin - server;
            double room = right - left - BandWidth - 2 * Gap;
            return new(w, text, true, left, right, left + BandWidth / 2 + Gap, right - BandWidth / 2 - Gap, room, room, time);
        }
        // The middle takes a good quarter; the server side has more to say (TIME-WAIT, the rebind) and gets more of the rest.
        double middle = Math.Clamp(w * 0.25, 150, 300);
        double rest = w - time - 8 - client - server - 2 * Gap - middle - Margin;
        double waiting = clientWaits ? 2 * TimeWaitShape.RingRadius + 10 + text.Sans("TIME-WAIT") : 0;
        double clientRoom = Math.Max(waiting, rest * (w < 680 ? 0.36 : 0.41)), serverRoom = rest - clientRoom;
        double clientX = time + 8 + clientRoom + Gap + client, serverX = clientX + middle;
        return new(w, text, false, clientX, serverX, clientX - client - Gap, serverX + server + Gap, clientRoom, serverRoom, time);
    }
}
