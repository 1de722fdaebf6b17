using System.Text;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>Lines of a program's output, none longer than a limit: StreamReader.ReadLine would gather an endless one in memory.</summary>
internal static class BoundedLines
{
    /// <param name="reader">Read to its end.</param>
    /// <param name="longest">Characters kept of a line; the rest is dropped and shown as an ellipsis. Empty lines are passed over, control characters become
    /// spaces.</param>
    public static async IAsyncEnumerable<string> Read(TextReader reader, int longest)
    {
        var line = new StringBuilder();
        bool cut = false;
        char[] buffer = new char[1024];
        int length;
        while ((length = await reader.ReadAsync(buffer)) > 0)
        {
            for (int i = 0; i < length; i++)
            {
                if (buffer[i] != '\n')
                {
                    cut |= line.Length == longest;
                    _ = line.Length < longest ? line.Append(char.IsControl(buffer[i]) ? ' ' : buffer[i]) : line;
                    continue;
                }

                if (line.Length > 0)
                {
                    yield return line.ToString().TrimEnd() + (cut ? "..." : "");
                }

                line.Clear();
                cut = false;
            }
        }

        if (line.Length > 0)
        {
            yield return line.ToString().TrimEnd() + (cut ? "..." : "");
        }
    }
}
