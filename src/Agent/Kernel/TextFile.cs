namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Small files of /proc and /etc.</summary>
internal static class TextFile
{
    /// <summary>Its lines; none where it cannot be read: a container may hide it, and what it would say is unknown then.</summary>
    public static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>A sysctl by its name, <c>net.ipv4.tcp_fin_timeout</c>, its numbers apart by a space; null where it cannot be read.</summary>
    public static string? Sysctl(string name) => Lines($"/proc/sys/{name.Replace('.', '/')}").FirstOrDefault()?.Trim().Replace('\t', ' ');
}
