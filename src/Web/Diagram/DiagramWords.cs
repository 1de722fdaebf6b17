namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>The words of the picture that are no kernel names.</summary>
/// <param name="Length">How long TIME-WAIT is; {0} is what the kernel's timer was set to.</param>
/// <param name="Zero">The timer has run out, the row is still there.</param>
/// <param name="GoneAfter">The row went; {0} is the measured length.</param>
/// <param name="DestroyedAfter">The socket was destroyed by hand; {0} is the measured length.</param>
/// <param name="Again">A segment whose numbers had been sent before; {0} is its flags.</param>
/// <param name="Lost">Something did not reach the log; {0} is how many, {1} the source.</param>
/// <param name="Gone">A socket that is not there any more.</param>
/// <param name="Attempt">One of those that Wait and bind again makes; {0} is its number.</param>
/// <param name="Attempts">Several of them that failed alike; {0} and {1} are the first and the last number.</param>
public sealed record DiagramWords(
    string Length, string Zero, string GoneAfter, string DestroyedAfter, string Again, string Lost, string Gone, string Attempt, string Attempts)
{
    public static readonly DiagramWords English = new(
        "{0} + kernel slack", "0 s: kernel slack", "gone, {0} measured", "destroyed after {0}", "{0} again", "{0} lost ({1})", "gone", "attempt {0}, waiting", "attempts {0} to {1}");
}
