namespace ReuseAddrDashboard.Server.Tests.Hosting;

/// <summary>The lab and the roles of a dashboard that nobody set up otherwise.</summary>
internal static class TestHosts
{
    public const string Lab = "local",
        Client = "client",
        Server = "server";

    public static IReadOnlyList<string> All { get; } = [Client, Server];
}
