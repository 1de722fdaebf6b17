namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>What /proc says of other processes.</summary>
internal static class Processes
{
    /// <summary>Whether there is one of that id. One that has ended but is not waited for yet still has its entry, in state Z: 4711 (name) Z ...</summary>
    public static bool Live(int process)
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
}
