namespace ReuseAddrDashboard.Server;

/// <summary>
/// What the .NET runtime puts into the temporary directory, for debuggers and counters to find it by: a socket and two pipes, which stay there when the process
/// is killed with -9. It has no setting for
/// that but the environment of its start, so they are removed once they are there; with DOTNET_EnableDiagnostics=1 they are left.
/// </summary>
internal static class RuntimeFiles
{
    /// <summary>Names as the runtime makes them: dotnet-diagnostic-PID-START-socket, clr-debug-pipe-PID-START-in and -out.</summary>
    private static readonly string[] Kinds = ["dotnet-diagnostic", "clr-debug-pipe"];

    public static void Remove()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_EnableDiagnostics") == "1")
            return;
        try
        {
            foreach (string kind in Kinds)
            {
                foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), $"{kind}-{Environment.ProcessId}-*"))
                    File.Delete(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // They stay; nothing depends on it.
        }
    }
}
