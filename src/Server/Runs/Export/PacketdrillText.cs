using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Runs.Export;

/// <summary>
/// What one host did and saw in a run as a script of packetdrill (https://github.com/google/packetdrill): its calls are made, what came to it is injected, and
/// what it sent is expected of the kernel under test, each at its moment. packetdrill
/// has one connection, addresses of its own and one address to bind; timestamps (RFC 7323) are left out, since those of the run would be wrong there.
/// </summary>
internal static class PacketdrillText
{
    /// <summary>How late a segment or a return may come, in microseconds; 4000 without it, which a laptop's scheduler exceeds.</summary>
    private const int Tolerance = 100_000;

    /// <summary>A call that took longer has waited, in nanoseconds.</summary>
    private const long Waits = 5_000_000;

    /// <summary>So long after the last call what it brought about still comes, in nanoseconds.</summary>
    private const long Aftermath = 1_000_000_000;

    /// <param name="run">The run.</param>
    /// <param name="host">Whose calls and segments, by its role.</param>
    /// <returns>The script, or why packetdrill cannot play it.</returns>
    public static (string? Text, Message? Why) Write(RunFile run, string host)
    {
        CallEvent[] calls = [.. run.Events.OfType<CallEvent>().Where(c => c.Host == host && c.Step is not null && IsPartOf(c)).OrderBy(c => c.T)];
        if (Lacks(run, host, calls) is { } lacks)
            return (null, lacks);
        bool listens = calls.Any(c => c is { Call: "listen", Succeeded: true });
        if (Connection(run, host, out SegmentEvent[] segments) is { } why)
            return (null, why);
        var script = new Script(run, host, listens, segments);
        // A run may stay open for long before Reset closes what is left: that is no part of the lesson.
        long end = run.Events.OfType<CallEvent>().Where(c => c.Step is not null).Max(c => c.T + c.Duration) + Aftermath;
        IEnumerable<RunEvent> around = run.Events.Where(e => e.Host == host && e is EnvironmentEvent or ProgramEvent);
        foreach (RunEvent e in calls.Concat<RunEvent>(segments).Concat(around).Where(e => At(e) <= end).OrderBy(At))
            script.Add(e);

        return (script.ToString(), null);
    }

    private static long At(RunEvent e) => e is SegmentEvent s ? s.Received ?? s.Sent ?? s.T : e.T;

    // What the agent asks for by itself is nothing the lesson does.
    private static bool IsPartOf(CallEvent call) => call.Index is not null || call.Call == "close";

    private static Message? Lacks(RunFile run, string host, CallEvent[] calls)
    {
        if (calls.Length == 0)
            return Message.Of("packetdrill.no-call", ("host", host));
        if (run.Events.OfType<EnvironmentEvent>().FirstOrDefault(e => e.What != "sysctl") is { } filter)
            return Message.Of("packetdrill.filter", ("what", filter.What));
        if (
            run.Events.OfType<ProgramEvent>().Any(p => p.Host == host && p.Change == ProgramChange.Forked)
            || run.Script.Programs.Any(p => p.Host == host && p.Uid is not null)
        )
        {
            return Message.Of("packetdrill.processes", ("host", host));
        }

        if (calls.Any(c => c.Args.Family == SocketFamily.Inet6))
            return Message.Of("packetdrill.ipv6", ("host", host));
        if (calls.FirstOrDefault(c => c.Remark is not null || Spelled(c, 0, 0) is null) is { } unknown)
            return Message.Of("packetdrill.call", ("call", StraceLine.Write(unknown)));
        if (calls.Zip(calls.Skip(1)).FirstOrDefault(two => two.First.T + two.First.Duration > two.Second.T + Waits) is { First: { } waiting })
            return Message.Of("packetdrill.waiting", ("call", StraceLine.Write(waiting)));
        TcpEndpoint[] bound = [.. calls.Where(c => c.Call == "bind").Select(c => c.Args.Address).OfType<TcpEndpoint>().Distinct()];
        return bound.Length > 1 || bound.Any(b => b.Port == 0) ? Message.Of("packetdrill.addresses", ("addresses", string.Join(", ", bound))) : null;
    }

    private static Message? Connection(RunFile run, string host, out SegmentEvent[] segments)
    {
        SegmentEvent[] all = [.. run.Events.OfType<SegmentEvent>()];
        // On loopback one of the two hosts sees them for both.
        SegmentEvent[] own = [.. all.Where(s => s.Host == host)];
        segments = own.Length > 0 ? own : all;
        // Two between the same ends are two: each begins with another number.
        int pairs = Math.Max(
            segments.Select(s => string.CompareOrdinal(s.From.ToString(), s.To.ToString()) < 0 ? (s.From, s.To) : (s.To, s.From)).Distinct().Count(),
            segments.Where(s => s.Flags == "SYN").Select(s => s.SeqNo).Distinct().Count()
        );
        if (pairs == 0)
        {
            return run.Hosts.FirstOrDefault(h => h.Name == host)?.Sources.Any(s => s is { Name: EvidenceSource.Capture, Available: false }) == true
                ? Message.Of("packetdrill.no-capture", ("host", host))
                : null;
        }

        if (pairs > 1)
            return Message.Of("packetdrill.connections", ("host", host), ("count", pairs));
        return segments[0].Flags == "SYN" ? null : Message.Of("packetdrill.no-begin", ("host", host));
    }

    /// <summary>A call as packetdrill spells it; null for one that it does not have.</summary>
    private static string? Spelled(CallEvent call, int fd, int made)
    {
        CallArguments a = call.Args;
        string? text = call.Call switch
        {
            "socket" => "socket(..., SOCK_STREAM, IPPROTO_TCP)",
            "setsockopt" when Value(a.Value) is { } value => $"setsockopt({fd}, {Option(call)}, {value}, {a.Size})",
            "getsockopt" when a.Value?.Number is { } number => $"getsockopt({fd}, {Option(call)}, [{number}], [{a.SizeBack ?? a.Size}])",
            "bind" or "connect" => $"{call.Call}({fd}, ..., ...)",
            "listen" => $"listen({fd}, {a.Backlog})",
            "accept4" => $"accept({fd}, ..., ...)",
            "read" or "write" => $"{call.Call}({fd}, ..., {a.Length})",
            "recv" or "send" => $"{call.Call}({fd}, ..., {a.Length}, {(a.DontWait ? "MSG_DONTWAIT" : "0")})",
            "shutdown" => $"shutdown({fd}, {(a.How switch { ShutdownHow.Read => "SHUT_RD", ShutdownHow.Write => "SHUT_WR", _ => "SHUT_RDWR" })})",
            "close" => $"close({fd})",
            _ => null,
        };
        return text is null
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{text} = {(!call.Succeeded ? $"-1 {call.Errno} ({call.ErrnoText})" : call.Call is "socket" or "accept4" ? made : call.Result)}"
            );
    }

    // As strace has both: SOL_SOCKET, SO_REUSEADDR.
    private static string Option(CallEvent call) => string.Join(", ", StraceLine.Arguments(call).Split(", ")[1..3]);

    private static string? Value(OptionValue? value) =>
        value switch
        {
            { Number: { } number } => string.Create(CultureInfo.InvariantCulture, $"[{number}]"),
            { On: { } on, Seconds: { } seconds } => string.Create(CultureInfo.InvariantCulture, $"{{onoff={(on ? 1 : 0)}, linger={seconds}}}"),
            _ => null,
        };

    private sealed class Script
    {
        private readonly StringBuilder _text = new();
        private readonly Dictionary<(string? Program, int? Fd), int> _open = [];
        private readonly Dictionary<(string? Program, string Socket), int> _named = [];
        private readonly IReadOnlyList<SegmentEvent> _segments;
        private readonly bool _listens;
        private readonly string _host;
        private TcpEndpoint? _peer;
        private uint? _here,
            _there;
        private long? _before;
        private int _last = 2;

        public Script(RunFile run, string host, bool listens, IReadOnlyList<SegmentEvent> segments)
        {
            (_host, _listens, _segments) = (host, listens, segments);
            int? bound = run.Events.OfType<CallEvent>().FirstOrDefault(c => c.Host == host && c.Call == "bind")?.Args.Address?.Port,
                reached = run.Events.OfType<CallEvent>().FirstOrDefault(c => c.Host == host && c.Call == "connect")?.Args.Address?.Port;
            _text.Append(
                CultureInfo.InvariantCulture,
                $"// {run.Id}: {PlainLine.From(run.Script.Title.In("en"))}, {host}, Linux {run.Hosts.FirstOrDefault(h => h.Name == host)?.Kernel}\n"
            );
            _text.Append("// packetdrill has addresses of its own, and binds one of them; timestamps are left out.\n");
            _text.Append(CultureInfo.InvariantCulture, $"--tolerance_usecs={Tolerance}\n");
            if (bound is { } port)
                _text.Append(CultureInfo.InvariantCulture, $"--bind_port={port}\n");
            if (reached is { } to)
                _text.Append(CultureInfo.InvariantCulture, $"--connect_port={to}\n");
        }

        public override string ToString() => _text.ToString();

        public void Add(RunEvent e)
        {
            switch (e)
            {
                case ProgramEvent { Command: { } command }:
                    _text.Append(CultureInfo.InvariantCulture, $"\n// {_host}: {PlainLine.From(command)}\n");
                    break;
                case ProgramEvent ended:
                    // What the kernel closed at its end.
                    foreach (string socket in ended.Sockets)
                    {
                        if (_named.Remove((ended.Program, socket), out int left))
                            Line(e, null, $"close({left}) = 0");
                    }
                    break;
                case EnvironmentEvent { Change: not EnvironmentChange.Refused } change:
                    Line(e, null, $"`sysctl -q -w {change.Name}='{change.Value}'`");
                    break;
                case CallEvent call:
                    Line(
                        e,
                        call.Duration > Waits || call.Call == "connect" && _segments.Any(s => At(s) > call.T && At(s) < call.T + call.Duration)
                            ? call.T + call.Duration
                            : null,
                        Call(call)
                    );
                    break;
                case SegmentEvent segment:
                    Line(e, null, Segment(segment));
                    break;
            }
        }

        // The first event is the script's beginning.
        private void Line(RunEvent e, long? end, string what)
        {
            long at = At(e),
                before = _before ?? at;
            _text.Append(
                CultureInfo.InvariantCulture,
                $"+{(at - before) / 1e9:0.000000}{(end is { } over ? string.Create(CultureInfo.InvariantCulture, $"...{(over - before) / 1e9:0.000000}") : "")} {what}\n"
            );
            _before = at;
        }

        private string Call(CallEvent call)
        {
            int made = 0;
            if (call is { Succeeded: true, Call: "socket" or "accept4" })
                _open[(call.Program, (int)call.Result)] = _named[(call.Program, call.Accepted ?? call.Socket)] = made = ++_last;
            int fd = call.Args.Fd is { } given ? _open.GetValueOrDefault((call.Program, given), given) : 0;
            if (call is { Succeeded: true, Call: "close" })
            {
                _open.Remove((call.Program, call.Args.Fd));
                _named.Remove((call.Program, call.Socket));
            }
            return Spelled(call, fd, made)!;
        }

        private string Segment(SegmentEvent s)
        {
            // The end that sent the first SYN is the peer of a listener.
            _peer ??= _listens ? s.From : s.To;
            bool comes = s.From == _peer;
            if (s.Flags.Contains("SYN", StringComparison.Ordinal) && comes)
                _there ??= s.SeqNo;
            else if (s.Flags.Contains("SYN", StringComparison.Ordinal))
                _here ??= s.SeqNo;
            uint own = (comes ? _there : _here) ?? s.SeqNo,
                other = (comes ? _here : _there) ?? s.Ack,
                seq = s.SeqNo - own;
            string ack = s.Flags.Contains("ACK", StringComparison.Ordinal) ? $" ack {s.Ack - other}" : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{(comes ? "<" : ">")} {Flags(s.Flags)} {seq}:{seq + (uint)s.Len}({s.Len}){ack}{(comes ? $" win {s.Win}{Options(s, _here ?? 0)}" : " <...>")}"
            );
        }

        private static string Flags(string names)
        {
            string letters = string.Concat(
                names
                    .Split(',')
                    .Select(n =>
                        n switch
                        {
                            "SYN" => "S",
                            "FIN" => "F",
                            "RST" => "R",
                            "PSH" => "P",
                            "ECE" => "E",
                            "CWR" => "W",
                            "ACK" => ".",
                            _ => "",
                        }
                    )
            );
            return letters.Replace(".", "", StringComparison.Ordinal) + (letters.Contains('.', StringComparison.Ordinal) ? "." : "");
        }

        // Each padded to four octets, as the kernel sends them.
        private static string Options(SegmentEvent s, uint here)
        {
            List<string> options = [];
            if (s.Mss is { } mss)
                options.Add($"mss {mss}");
            if (s.SackPermitted)
                options.Add("nop,nop,sackOK");
            if (s.Wscale is { } shift)
                options.Add($"nop,wscale {shift}");
            if (s.Sack is { Count: > 0 } blocks)
                options.Add($"nop,nop,sack {string.Join(' ', blocks.Select(b => $"{b.Left - here}:{b.Right - here}"))}");
            return options.Count == 0 ? "" : $" <{string.Join(',', options)}>";
        }
    }
}
