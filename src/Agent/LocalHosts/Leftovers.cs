using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>What a Server that was killed leaves on disk.</summary>
internal static class Leftovers
{
    /// <summary>Removes the private directory with the socket and the lock in it.</summary>
    public static void Remove(string directory, TextWriter log)
    {
        try
        {
            foreach (string file in (string[])[LocalHostsContract.SocketFile, LocalHostsContract.OwnerFile])
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
            log.WriteLine($"{LocalHostsContract.OwnLine}{directory} stays: {e.Message}");
        }
    }
}
