namespace ReuseAddrDashboard.Web.Shell;

/// <param name="Name"><c>light</c>, <c>dark</c> or <c>system</c>.</param>
public sealed record ThemeChoice(string Name);
