namespace ReuseAddrDashboard.Server.Tests.Hosting;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("reuseaddr-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
