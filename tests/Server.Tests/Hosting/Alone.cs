namespace ReuseAddrDashboard.Server.Tests.Hosting;

/// <summary>
/// Tests beside which nothing else of this process may run: they use one port, tracefs sees it in all namespaces, and who listens to a meter hears every
/// dashboard's.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
