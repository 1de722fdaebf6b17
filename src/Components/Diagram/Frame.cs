namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>A lifeline and what stands beside it.</summary>
/// <param name="X">The lifeline.</param>
/// <param name="Outward">-1 when its bands go to the left, 1 when to the right; segments go from its other side where there is one.</param>
/// <param name="Label">Where its labels begin or end.</param>
/// <param name="ToRight">True when they begin there.</param>
/// <param name="Room">How long a label may be.</param>
/// <param name="Slots">How many bands have a place side by side.</param>
public sealed record LaneFrame(double X, int Outward, double Label, bool ToRight, double Room, int Slots);

/// <summary>What a lifeline needs room for.</summary>
/// <param name="Slots">The bands that are side by side, at least 1.</param>
/// <param name="Decides">True when a deciding call is made there: its result stands in a box.</param>
/// <param name="Waits">True when the host has a TIME-WAIT, whose ring and name need more room.</param>
public readonly record struct LaneNeed(int Slots, bool Decides = false, bool Waits = false);

/// <summary>Where the columns are for a given width.</summary>
/// <param name="Width">Of the picture in px.</param>
/// <param name="Text">The picture's font.</param>
/// <param name="OwnColumns">True when each of two lifelines has its labels on its outer side; else all labels share one column, each on a line of its
/// own.</param>
/// <param name="Lanes">In the lab's order, from left to right.</param>
/// <param name="TimeX">Where time labels end.</param>
public sealed record Frame(double Width, TextMetrics Text, bool OwnColumns, IReadOnlyList<LaneFrame> Lanes, double TimeX)
{
    /// <summary>The narrowest picture of two lifelines that is laid out; below it scrolls sideways.</summary>
    public const double Smallest = 340;

    /// <summary>Width of a state's band, px.</summary>
    public const double BandWidth = 12;

    /// <summary>Between the text of a result and the edge of its box.</summary>
    public const double BoxPad = 10;

    /// <summary>From one socket's band to the next one's, outward.</summary>
    public const double SlotWidth = 17;

    /// <summary>Most bands side by side at a lifeline where there is room for them, and where there is little; further sockets are not drawn.</summary>
    public const int MostSlots = 6,
        FewSlots = 3;

    /// <summary>Room that each side needs, in letters of the monospaced face: <c>connect() = 0</c>, <c>bind() = EADDRINUSE</c> in its box.</summary>
    private const int FewLetters = 13,
        ManyLetters = 23;

    private const double Gap = 12,
        Margin = 10;

    /// <param name="width">The room there is, px.</param>
    /// <param name="needs">What each lifeline needs.</param>
    /// <param name="tight">Whether lines stand as close as letters allow.</param>
    public static Frame Fit(double width, IReadOnlyList<LaneNeed> needs, bool tight = false)
    {
        if (needs is [var first, var last])
        {
            for (int most = MostSlots; most >= FewSlots; most--)
            {
                if (
                    Wide(
                        width,
                        TextOf(width, tight),
                        first with
                        {
                            Slots = Math.Clamp(first.Slots, 1, most),
                        },
                        last with
                        {
                            Slots = Math.Clamp(last.Slots, 1, most),
                        }
                    ) is
                    { } wide
                )
                    return wide;
            }
        }
        return Shared(width, tight, [.. needs.Select(n => Math.Clamp(n.Slots, 1, FewSlots))]);
    }

    /// <summary>Labels stand between the lifelines, each on a line of its own.</summary>
    private static Frame Shared(double width, bool tight, IReadOnlyList<int> slots)
    {
        int count = slots.Count,
            last = count - 1;
        double least =
            count <= 2
                ? Smallest
                : TimeColumn(TextOf(0, tight)) + (count - 1) * (ManyLetters * 0.6 * TextMetrics.Smallest + 2 * Gap + Outer(FewSlots)) + 2 * Outer(FewSlots);
        double w = Math.Max(least, width);
        TextMetrics text = TextOf(w, tight);
        double time = TimeColumn(text);
        double left = time + 8 + Outer(count > 0 ? slots[0] : 1),
            right = w - Margin - (count > 1 ? Outer(slots[last]) : 0);
        double step = count > 1 ? (right - left) / last : right - left;
        var lanes = new List<LaneFrame>(count);
        for (int i = 0; i < count; i++)
        {
            double x = left + i * step;
            bool toRight = i < last || count == 1;
            // The bands of the one in the middle that comes next stand in the way.
            double room = step - BandWidth - 2 * Gap - (toRight && i + 1 < last ? Outer(slots[i + 1]) - BandWidth / 2 : 0);
            lanes.Add(new(x, toRight ? -1 : 1, x + (toRight ? 1 : -1) * (BandWidth / 2 + Gap), toRight, room, slots[i]));
        }
        return new(w, text, false, lanes, time);
    }

    /// <summary>Null where the labels would not have room beside the lifelines.</summary>
    private static Frame? Wide(double w, TextMetrics text, LaneNeed firstNeeds, LaneNeed lastNeeds)
    {
        double time = TimeColumn(text),
            first = Outer(firstNeeds.Slots),
            last = Outer(lastNeeds.Slots);
        // The middle takes a good quarter; the side that decides, as a rule the server's, has more to say and gets more of the rest.
        double middle = Math.Clamp(w * 0.25, 145, 300);
        double rest = w - time - 8 - first - last - 2 * Gap - middle - Margin;
        bool onlyFirst = firstNeeds.Decides && !lastNeeds.Decides;
        double least = Least(text, firstNeeds, FewLetters),
            leastLast = Least(text, lastNeeds, onlyFirst ? FewLetters : ManyLetters);
        double firstRoom = Math.Max(
                least,
                rest
                    * (
                        onlyFirst ? 0.55
                        : w < 680 ? 0.36
                        : 0.41
                    )
            ),
            lastRoom = rest - firstRoom;
        if (lastRoom < leastLast && onlyFirst)
            (firstRoom, lastRoom) = (rest - leastLast, leastLast);
        if (w < Smallest || firstRoom < least || lastRoom < leastLast)
            return null;
        double firstX = time + 8 + firstRoom + Gap + first,
            lastX = firstX + middle;
        return new(
            w,
            text,
            true,
            [new(firstX, -1, firstX - first - Gap, false, firstRoom, firstNeeds.Slots), new(lastX, 1, lastX + last + Gap, true, lastRoom, lastNeeds.Slots)],
            time
        );
    }

    // The longest name of a state, with its glyph, has to stand there too.
    private static double Least(TextMetrics text, LaneNeed need, int letters) =>
        Math.Max(
            BandShape.GlyphRoom + text.Sans("CLOSE-WAIT"),
            Math.Max(
                letters * 0.6 * text.Size + (need.Decides && letters == FewLetters ? 2 * BoxPad : 0),
                need.Waits ? 2 * TimeWaitShape.RingRadius + 10 + text.Sans("TIME-WAIT") : 0
            )
        );

    private static TextMetrics TextOf(double width, bool tight) =>
        new(
            width >= 900 ? 14
                : width >= 720 ? 13
                : TextMetrics.Smallest,
            tight
        );

    private static double TimeColumn(TextMetrics text) => Math.Max(text.Sans("99.9 s"), text.Sans("999 ms")) + Margin;

    /// <summary>From the lifeline to the outer edge of its bands.</summary>
    private static double Outer(int slots) => BandWidth / 2 + (slots - 1) * SlotWidth;
}
