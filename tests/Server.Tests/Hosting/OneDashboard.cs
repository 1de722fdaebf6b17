namespace ReuseAddrDashboard.Server.Tests.Hosting;

/// <summary>One dashboard with both agents for all tests of a class: they neither depend on what the others left nor leave anything that does.</summary>
public sealed class OneDashboard : IAsyncLifetime
{
    internal TestDashboard Dashboard { get; private set; } = null!;

    public async ValueTask InitializeAsync() => (Dashboard, _, _) = await TestDashboard.StartWithAgents();

    public ValueTask DisposeAsync() => Dashboard.DisposeAsync();
}

/// <summary>The same without agents.</summary>
public sealed class HostlessDashboard : IAsyncLifetime
{
    internal TestDashboard Dashboard { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Dashboard = await TestDashboard.Start();

    public ValueTask DisposeAsync() => Dashboard.DisposeAsync();
}
