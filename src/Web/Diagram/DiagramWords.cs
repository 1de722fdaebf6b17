namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>The words of the picture that are no kernel names.</summary>
/// <param name="Length">How long TIME-WAIT is.</param>
/// <param name="Zero">The timer has run out, the row is still there.</param>
/// <param name="GoneAfter">The row went; {0} is the measured length.</param>
/// <param name="Again">A segment whose numbers had been sent before; {0} is its flags.</param>
public sealed record DiagramWords(string Length, string Zero, string GoneAfter, string Again)
{
    public static readonly DiagramWords English = new("60 s + kernel slack", "0 s: kernel slack", "gone after {0}", "{0} again");
}
