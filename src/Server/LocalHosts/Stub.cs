namespace ReuseAddrDashboard.Server.LocalHosts;
public sealed class PrivateDirectory : IDisposable
{
    public static PrivateDirectory Create() { var d = Directory.CreateTempSubdirectory("reuseaddr-dashboard-"); return new() { Path = d.FullName }; }
    public required string Path { get; init; }
    public string SocketPath => System.IO.Path.Combine(Path, "agents.sock");
    public void Dispose() => Directory.Delete(Path, true);
}
public sealed class LocalHostsService : BackgroundService { protected override Task ExecuteAsync(CancellationToken t) => Task.CompletedTask; }
