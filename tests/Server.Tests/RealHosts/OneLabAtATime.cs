namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>These tests use one port, and tracefs sees it in all namespaces.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneLabAtATime
{
    public const string Name = "real hosts";
}
