namespace ReuseAddrDashboard.Core.Fold;

/// <summary>One host's lifeline.</summary>
/// <param name="Host"><c>client</c> or <c>server</c>.</param>
/// <param name="Address">The address the other host reaches; empty when the host never joined.</param>
public sealed record Lane(string Host, string Address);
