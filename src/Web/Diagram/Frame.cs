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
    public const double Smallest = 340;

    public const double BandWidth = 12;

    /// <summary>From one socket's band to the next one's, outward.</summary>
    public const double SlotWidth = 17;

    /// <summary>Most bands side by side at a lifeline; further sockets share the outermost place.</summary>
    public const int MostSlots = 3;

    /// <summary>Room that each side needs in a wide picture, in letters of the monospaced face: <c>connect() = 0</c>, <c>bind() = EADDRINUSE</c> in its box.</summary>
    private const int ClientLetters = 13, ServerLetters = 23;

    private const double Gap = 12, Margin = 10;

    /// <param name="width">The room there is, px.</param>
    /// <param name="clientSlots">Bands side by side at the client, at least 1.</param>
    /// <param name="serverSlots">The same at the server.</param>
    /// <param name="clientWaits">True when the client has a TIME-WAIT, whose ring and name need more room.</param>
    public static Frame Of(double width, int clientSlots, int serverSlots, bool clientWaits = false)
    {
        return Wide(width, clientSlots, serverSlots, clientWaits) ?? Narrowed(width, clientSlots, serverSlots);
    }

    private static Frame Narrowed(double width, int clientSlots, int serverSlots)
    {
        double w = Math.Max(Smallest, width), time = TimeColumn(TextOf(w));
        double client = Outer(Math.Min(2, clientSlots)), server = Outer(Math.Min(2, serverSlots));
        double left = time + 8 + client, right = w - Margin - server, room = right - left - BandWidth - 2 * Gap;
        return new(w, TextOf(w), true, left, right, left + BandWidth / 2 + Gap, right - BandWidth / 2 - Gap, room, room, time);
    }

    /// <summary>Null where the labels would not have room beside the lifelines.</summary>
    private static Frame? Wide(double w, int clientSlots, int serverSlots, bool clientWaits)
    {
        TextMetrics text = TextOf(w);
        double time = TimeColumn(text), client = Outer(clientSlots), server = Outer(serverSlots);
        // The middle takes a good quarter; the server side has more to say (TIME-WAIT, the rebind) and gets more of the rest.
        double middle = Math.Clamp(w * 0.25, 145, 300);
        double rest = w - time - 8 - client - server - 2 * Gap - middle - Margin;
        double waiting = clientWaits ? 2 * TimeWaitShape.RingRadius + 10 + text.Sans("TIME-WAIT") : 0;
        double clientRoom = Math.Max(waiting, rest * (w < 680 ? 0.36 : 0.41)), serverRoom = rest - clientRoom;
        if (w < Smallest || clientRoom < ClientLetters * 0.6 * text.Size || serverRoom < ServerLetters * 0.6 * text.Size)
            return null;
        double clientX = time + 8 + clientRoom + Gap + client, serverX = clientX + middle;
        return new(w, text, false, clientX, serverX, clientX - client - Gap, serverX + server + Gap, clientRoom, serverRoom, time);
    }

    private static TextMetrics TextOf(double width) => new(width >= 900 ? 14 : width >= 720 ? 13 : TextMetrics.Smallest);

    private static double TimeColumn(TextMetrics text) => Math.Max(text.Sans("99.9 s"), text.Sans("999 ms")) + Margin;

    /// <summary>From the lifeline to the outer edge of its bands.</summary>
    private static double Outer(int slots) => BandWidth / 2 + (Math.Clamp(slots, 1, MostSlots) - 1) * SlotWidth;
}
