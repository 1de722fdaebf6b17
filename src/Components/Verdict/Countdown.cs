namespace ReuseAddrDashboard.Components.Verdict;

/// <param name="End">When it reaches zero, nanoseconds on the run's axis.</param>
/// <param name="Left">What is left at the moment of drawing.</param>
public readonly record struct Countdown(long End, long Left);
