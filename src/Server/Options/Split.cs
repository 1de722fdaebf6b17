namespace ReuseAddrDashboard.Server.Options;

/// <summary>
/// Lists stand in one text, the same in a file, in the environment and on the command line, so that one of them takes the place of another as a whole.
/// </summary>
internal static class Split
{
    public static string[] Names(string text) => text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static string[] Directories(string text) =>
        [.. text.Split(Path.PathSeparator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath)];

    public static string[] Urls(string text) => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
