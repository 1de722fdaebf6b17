using ReuseAddrDashboard.Server.Runs;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>The dashboard works as it should.</summary>
/// <param name="Store">How the store is: runs are stored as they happen.</param>
internal sealed record Readiness(StoreState Store);
