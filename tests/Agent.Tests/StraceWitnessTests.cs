using System.Text.RegularExpressions;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests;

/// <summary>strace looks at the agent and must have seen exactly the calls that the agent tells, with the same arguments and results.</summary>
public sealed partial class StraceWitnessTests : IDisposable
{
    private readonly string _trace = Path.Combine(Directory.CreateTempSubdirectory("reuseaddr-strace-").FullName, "trace");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_trace)!, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_agent_tells_is_what_strace_saw(bool v6)
    {
        CProgram.Tool("strace", "--version");
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"],
            "strace", "-f", "-o", _trace, "-e", "trace=socket,setsockopt,getsockopt,bind,listen,accept4,connect,read,write,shutdown,close");
        IAgentClient agent = await dashboard.Agent();
        int port = Ports.Free();
        Endpoint at = v6 ? Endpoint.V6(1, (ushort)port) : Endpoint.V4(0x7f00_0001, (ushort)port);
        long id = 0;
        async Task Call(string socket, SocketCall call, Func<SocketCommand, SocketCommand>? with = null)
        {
            var command = new SocketCommand { Id = ++id, Run = "r", Socket = socket, Call = call, V6 = v6 };
            await agent.Call(with is null ? command : with(command));
            IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(id);
            Assert.True(items[^1].Refused is null, $"{items[^1].Refused} {string.Join(", ", dashboard.Ledger.Items)}");
        }

        await Call("lfd", SocketCall.Socket);
        await Call("lfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.ReuseAddr });
        await Call("lfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.ReusePort, Value = 0 });
        if (v6)
            await Call("lfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.V6Only });
        await Call("lfd", SocketCall.Bind, c => c with { Address = at });
        await Call("lfd", SocketCall.Listen, c => c with { Backlog = 5 });
        await Call("cfd", SocketCall.Socket);
        await Call("cfd", SocketCall.Connect, c => c with { Address = at });
        await Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        await Call("afd", SocketCall.Write, c => c with { Length = 100 });
        await Call("cfd", SocketCall.Read);
        await Call("afd", SocketCall.Shutdown, c => c with { How = 1 });
        await Call("cfd", SocketCall.Read);
        await Call("rfd", SocketCall.Socket);
        await Call("rfd", SocketCall.Bind, c => c with { Address = at });
        await Call("rfd", SocketCall.Accept4, c => c with { Accepted = "bfd" });
        await Call("rfd", SocketCall.Read);
        await Call("cfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.Linger, Value = 0 });
        await Call("cfd", SocketCall.Close);
        await Call("afd", SocketCall.Read);
        await agent.CloseAll(++id);
        await dashboard.Ledger.Until(id);
        process.Signal("TERM", dashboard.Ledger.Hellos.Single().Facts.Pid);
        Assert.Equal(0, await process.Ended());

        CallEvent[] told = [.. dashboard.Ledger.Items.Select(i => i.Event).OfType<CallEvent>()];
        Assert.True(told.Length > 20);
        Assert.Equal(told.Select(Line), Seen(told[0].Args));
    }

    private static string Line(CallEvent call) => $"{call.Call}({call.Args}) = {call.Result}{(call.Errno is null ? "" : $" {call.Errno} ({call.ErrnoText})")}";

    // The lesson's own: from its first socket() on, calls on a descriptor that socket() or accept4() of the lesson gave and nobody has closed.
    private IEnumerable<string> Seen(string firstSocket)
    {
        var lesson = new HashSet<string>();
        foreach (string line in Joined())
        {
            Match call = Call().Match(line);
            if (!call.Success)
                continue;
            string name = call.Groups["name"].Value, args = call.Groups["args"].Value, result = call.Groups["result"].Value;
            string fd = args.Split(',')[0];
            bool ours = name == "socket" ? args == firstSocket : lesson.Contains(fd);
            if (!ours)
                continue;
            if (name is "socket" or "accept4" && !result.StartsWith('-'))
                lesson.Add(result);
            if (name == "close")
                lesson.Remove(fd);
            yield return $"{name}({args}) = {result}";
        }
    }

    // With several threads strace parts a call: "accept4(5 <unfinished ...>" and later "<... accept4 resumed>...".
    private IEnumerable<string> Joined()
    {
        var open = new Dictionary<string, string>();
        foreach (string line in File.ReadLines(_trace))
        {
            string thread = line.Split(' ')[0], rest = line[thread.Length..].Trim();
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
