using System.Text.RegularExpressions;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>What strace -f wrote of an agent: the calls on its lesson's sockets, in order.</summary>
internal static partial class StraceLog
{
    /// <summary>The option of strace that traces these calls and no other.</summary>
    public const string Calls = "trace=socket,setsockopt,getsockopt,bind,listen,accept4,connect,read,write,recvfrom,sendto,getsockname,shutdown,close";

    // With more room than any address takes the agent asks for itself.
    private const string OwnQuestion = "[128 =>";

    private sealed class Life
    {
        public bool Trial { get; set; }
    }

    /// <summary>
    /// The lesson's own: calls on a descriptor that such a socket() or an accept4() on one gave and nobody has closed; but not those on the listener, of a port
    /// that the kernel chooses, with
    /// which an agent tries whether it may destroy sockets.
    /// </summary>
    /// <param name="file">The file that strace -o wrote.</param>
    /// <param name="socket">The arguments of a lesson's socket().</param>
    public static IEnumerable<string> Lesson(string file, string socket)
    {
        var lives = new Dictionary<string, Life>();
        var seen = new List<(string Line, Life Life)>();
        foreach (string line in Joined(file))
        {
            Match call = Call().Match(line);
            if (!call.Success)
                continue;
            string name = call.Groups["name"].Value,
                args = call.Groups["args"].Value,
                result = call.Groups["result"].Value;
            string fd = args.Split(',')[0];
            if (name == "getsockname" && args.Contains(OwnQuestion, StringComparison.Ordinal))
                continue;
            if (!(name == "socket" ? args == socket : lives.ContainsKey(fd)))
                continue;
            Life life = name == "socket" ? new Life() : lives[fd];
            if (name == "bind" && args.Contains("htons(0)", StringComparison.Ordinal))
                life.Trial = true;
            if (name is "socket" or "accept4" && !result.StartsWith('-'))
                lives[result] = name == "socket" ? life : new Life();
            if (name == "close")
                lives.Remove(fd);
            seen.Add(($"{name}({args}) = {result}", life));
        }
        return seen.Where(s => !s.Life.Trial).Select(s => s.Line);
    }

    // With several threads strace parts a call: "accept4(5 <unfinished ...>" and later "<... accept4 resumed>...".
    private static IEnumerable<string> Joined(string file)
    {
        var open = new Dictionary<string, string>();
        foreach (string line in File.ReadLines(file))
        {
            string thread = line.Split(' ')[0],
                rest = line[thread.Length..].Trim();
            if (rest.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                open[thread] = Begun(rest[..^"<unfinished ...>".Length].TrimEnd());
            else if (rest.StartsWith("<... ", StringComparison.Ordinal) && open.Remove(thread, out string? begun))
                yield return begun + rest[(rest.IndexOf("resumed>", StringComparison.Ordinal) + "resumed>".Length)..];
            else
                yield return rest;
        }
    }

    private static string Begun(string call) => call.EndsWith(',') ? call + " " : call;

    [GeneratedRegex(@"^(?<name>[a-z0-9]+)\((?<args>.*)\)\s+= (?<result>.*)$")]
    private static partial Regex Call();
}
