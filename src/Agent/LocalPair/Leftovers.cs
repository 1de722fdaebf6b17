using System.Globalization;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalPair;

/// <summary>What a Server that was killed leaves on disk.</summary>
internal static class Leftovers
{
    /// <summary>Removes the private directory with the socket and the lock in it, and what the .NET runtime of the Server left in the temporary directory.</summary>
    public static void Remove(string directory, TextWriter log)
    {
        try
        {
            foreach (string file in (string[])[LocalPairContract.SocketFile, LocalPairContract.OwnerFile])
            {
                File.Delete(Path.Combine(directory, file));
            }

            // Not what lies deeper: nothing of ours does.
            Directory.Delete(directory);
        }
        catch (DirectoryNotFoundException)
        {
            // The Server ended in order and has removed it.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.WriteLine($"{LocalPairContract.KeeperLine}{directory} stays: {e.Message}");
        }

        string[] name = Path.GetFileName(Path.TrimEndingDirectorySeparator(directory))[LocalPairContract.DirectoryPrefix.Length..].Split('-');
        if (int.TryParse(name[0], NumberStyles.None, CultureInfo.InvariantCulture, out int server) && !Lives(server))
        {
            RemoveDebuggerSockets(server, log);
        }
    }

    // A process that has ended but is not waited for yet still has its entry in /proc, in state Z: 4711 (name) Z ...
    private static bool Lives(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat.AsSpan(stat.LastIndexOf(')') + 1).Trim() is [not ('Z' or 'X'), ..];
        }
        catch (IOException)
        {
            return false; // no such process
        }
    }

    // Names as the runtime makes them: dotnet-diagnostic-PID-START-socket, clr-debug-pipe-PID-START-in and -out.
    private static void RemoveDebuggerSockets(int server, TextWriter log)
    {
        foreach (string kind in (string[])["dotnet-diagnostic", "clr-debug-pipe"])
        {
            try
            {
                foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), $"{kind}-{server}-*"))
                {
                    File.Delete(file);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.WriteLine($"{LocalPairContract.KeeperLine}the debugger's {kind} stays: {e.Message}");
            }
        }
    }
}
