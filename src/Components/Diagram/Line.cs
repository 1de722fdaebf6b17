namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>
/// The last line of labels beside a lifeline. Where lines are tight, a call shares one with the state that follows from it, and with its program's begin or
/// end.
/// </summary>
/// <param name="y">Its middle.</param>
internal sealed class Line(double y)
{
    /// <summary>Between two labels, px.</summary>
    public const double Gap = 10;

    public double Y => y;

    /// <summary>From the lifeline outward, px.</summary>
    public double Used { get; private set; }

    /// <summary>Where its call is among those that are drawn; null for none.</summary>
    public int? Call { get; private set; }

    /// <summary>A state, or a program's begin or end, stands in it.</summary>
    public bool Other { get; private set; }

    /// <summary>Where the next label begins.</summary>
    public double Next => Used > 0 ? Used + Gap : 0;

    public void Add(double width, int? call = null)
    {
        Used = Next + width;
        Call ??= call;
        Other |= call is null;
    }

    /// <summary>Its call takes another width.</summary>
    public void Shorten(double by) => Used -= by;
}
