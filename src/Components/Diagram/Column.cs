namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>A column of labels, filled from top to bottom.</summary>
/// <param name="between">From one label to the next, px.</param>
internal sealed class Column(double between)
{
    private const double Wide = 10_000;

    private readonly List<Label> _labels = [];

    /// <summary>Above it everything is taken.</summary>
    public double Bottom { get; private set; }

    /// <summary>The middle of the first free line of that height, not above <paramref name="y"/>.</summary>
    public double Reserve(double y, double height)
    {
        double middle = Math.Max(y, Bottom + between + height / 2);
        Bottom = middle + height / 2;
        _labels.Add(new Label("", -Wide, middle, Anchor.Start, 2 * Wide, height));
        return middle;
    }

    public bool Holds(Label label) => _labels.Exists(l => l.Touches(label));

    public void Add(Label label, double bottom)
    {
        _labels.Add(label);
        Bottom = Math.Max(Bottom, Math.Max(bottom, label.Bottom));
    }
}
