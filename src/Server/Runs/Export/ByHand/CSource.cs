using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Runs.Export.ByHand;

/// <summary>
/// A program of a lesson as a C program for Linux and glibc 2.32 or newer, for <c>gcc -o NAME NAME.c</c>: the run's calls with the run's arguments, each with
/// what it returned; it waits for Enter where other programs go on.
/// </summary>
internal static class CSource
{
    private const string Includes = """
        #define _GNU_SOURCE
        #include <arpa/inet.h>
        #include <errno.h>
        #include <netinet/in.h>
        #include <netinet/tcp.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <sys/time.h>
        #include <unistd.h>

        """;

    private const string At = """
        static struct sockaddr *at(const char *ip, int port)
        {
            static struct sockaddr_storage address;
            struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
            struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;

            memset(&address, 0, sizeof(address));
            if (strchr(ip, ':')) {
                v6->sin6_family = AF_INET6;
                v6->sin6_port = htons(port);
                inet_pton(AF_INET6, ip, &v6->sin6_addr);
            } else {
                v4->sin_family = AF_INET;
                v4->sin_port = htons(port);
                inet_pton(AF_INET, ip, &v4->sin_addr);
            }
            return (struct sockaddr *)&address;
        }

        """;

    private const string Made = """
        static long made(const char *call, long result)
        {
            if (result < 0)
                printf("%s = -1 %s (%s)\n", call, strerrorname_np(errno), strerror(errno));
            else
                printf("%s = %ld\n", call, result);
            fflush(stdout);
            return result;
        }

        """;

    private const string Enter = """
        static void enter(const char *what)
        {
            printf("> %s\n", what);
            fflush(stdout);
            if (getchar() == EOF)
                exit(1);
        }

        """;

    /// <param name="program">What it does.</param>
    /// <param name="run">The run it is of.</param>
    /// <param name="prompts">What stands before each turn but the first, and before the end.</param>
    /// <param name="port">Which port to use in place of one of the run's.</param>
    public static string Write(HandProgram program, RunFile run, Func<HandTurn?, string> prompts, Func<int, int> port)
    {
        var body = new StringBuilder();
        bool ended = false;
        foreach (HandTurn turn in program.Turns)
        {
            if (body.Length > 0)
                body.Append('\n');
            if (!turn.First)
                body.Append(CultureInfo.InvariantCulture, $"    enter({Quoted(prompts(turn))});\n");
            foreach (RunEvent e in turn.Does)
            {
                switch (e)
                {
                    case CallEvent call:
                        body.Append(Statement(call, ExitsOnError(call, run), port));
                        break;
                    case ProgramEvent { Change: ProgramChange.Forked } forked:
                        body.Append(Fork(forked, program));
                        break;
                    case ProgramEvent { Change: ProgramChange.Exited }:
                        ended = true;
                        break;
                }
            }
        }
        if (!ended)
            body.Append(CultureInfo.InvariantCulture, $"\n    enter({Quoted(prompts(null))});\n");
        string[] sockets = [.. program.Turns.SelectMany(t => t.Does).OfType<CallEvent>().Select(c => Name(c.Accepted ?? c.Socket)).Distinct()];
        string calls = body.ToString();
        // Only what is used: gcc -Wall says nothing.
        string[] head =
        [
            Includes,
            .. calls.Contains(" buffer, ", StringComparison.Ordinal) || calls.Contains(")buffer", StringComparison.Ordinal)
                ? (string[])["static char buffer[1 << 20];\n"]
                : [],
            .. calls.Contains(", zeros, ", StringComparison.Ordinal) ? (string[])["static char zeros[1 << 20];\n"] : [],
            .. calls.Contains(" at(", StringComparison.Ordinal) ? (string[])[At] : [],
            Made,
            .. calls.Contains(" enter(", StringComparison.Ordinal) ? (string[])[Enter] : [],
        ];
        return $"{string.Join('\n', head)}\nint main(void)\n{{\n    int {string.Join(", ", sockets.Select(s => $"{s} = -1"))};\n{(calls.Contains("child = fork", StringComparison.Ordinal) ? "    pid_t child;\n" : "")}\n    signal(SIGPIPE, SIG_IGN);\n{calls}    return 0;\n}}\n";
    }

    // What means something else in C, or in this program: a socket's name may be any word of a-z and 0-9.
    private static readonly HashSet<string> Taken =
    [
        .. """
            auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm
            typeof socket bind connect listen accept4 setsockopt getsockopt getsockname read recv write send shutdown close fork pause printf fflush signal exit memset strchr htons getchar strerror inet_pton
            at made enter buffer zeros main child stdin stdout stderr errno linux unix i386
            """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
    ];

    private static string Name(string socket) => char.IsAsciiDigit(socket[0]) || Taken.Contains(socket) ? $"fd_{socket}" : socket;

    /// <summary>A call in C, with the run's arguments.</summary>
    public static string Call(CallEvent call, Func<int, int> port)
    {
        CallArguments a = call.Args;
        string fd = Name(call.Socket);
        return call.Call switch
        {
            "socket" => $"socket({(a.Family == SocketFamily.Inet6 ? "AF_INET6" : "AF_INET")}, SOCK_STREAM, 0)",
            "bind" or "connect" when a.Address is { } to => string.Create(
                CultureInfo.InvariantCulture,
                $"{call.Call}({fd}, at(\"{to.Address}\", {port(to.Port)}), sizeof(struct {(to.IsV6 ? "sockaddr_in6" : "sockaddr_in")}))"
            ),
            "listen" => string.Create(CultureInfo.InvariantCulture, $"listen({fd}, {a.Backlog})"),
            "accept4" => $"accept4({fd}, NULL, NULL, 0)",
            "setsockopt" when a.Option is { } option && a.Value is { } value => $"setsockopt({fd}, {Option(option)}, {Value(value)})",
            "getsockopt" when a.Option is { } option => $"getsockopt({fd}, {Option(option)}, buffer, &(socklen_t){{sizeof(buffer)}})",
            "getsockname" => $"getsockname({fd}, (struct sockaddr *)buffer, &(socklen_t){{sizeof(buffer)}})",
            "read" => string.Create(CultureInfo.InvariantCulture, $"read({fd}, buffer, {a.Length})"),
            "recv" => string.Create(CultureInfo.InvariantCulture, $"recv({fd}, buffer, {a.Length}, {(a.DontWait ? "MSG_DONTWAIT" : "0")})"),
            "write" => string.Create(CultureInfo.InvariantCulture, $"write({fd}, {Octets(a)}, {a.Length})"),
            "send" => string.Create(CultureInfo.InvariantCulture, $"send({fd}, {Octets(a)}, {a.Length}, {(a.DontWait ? "MSG_DONTWAIT" : "0")})"),
            "shutdown" => $"shutdown({fd}, {a.How switch { ShutdownHow.Read => "SHUT_RD", ShutdownHow.Write => "SHUT_WR", _ => "SHUT_RDWR" }})",
            _ => $"{call.Call}({fd})",
        };
    }

    private static string Statement(CallEvent call, bool exits, Func<int, int> port)
    {
        string made = $"made(\"{call.Call}\", {Call(call, port)})";
        string target = call.Call is "socket" or "accept4" ? $"{Name(call.Accepted ?? call.Socket)} = " : "";
        return !exits ? $"    {target}{made};\n"
            : target.Length > 0 ? $"    if (({target}{made}) < 0)\n        return 1;\n"
            : $"    if ({made} < 0)\n        return 1;\n";
    }

    /// <summary>Whether the program ends where the call fails.</summary>
    public static bool ExitsOnError(CallEvent call, RunFile run) =>
        run.Script.FindStep(call.Step!)?.Actions.ElementAtOrDefault(call.Index!.Value)?.OnError == OnError.Exit;

    // The child keeps the sockets that the run's child kept, and only waits to be ended.
    private static string Fork(ProgramEvent forked, HandProgram program)
    {
        CallEvent[] before = [.. program.Turns.SelectMany(t => t.Does).OfType<CallEvent>().Where(c => c.Seq < forked.Seq)];
        IEnumerable<string> open = before
            .Select(c => c.Accepted ?? c.Socket)
            .Distinct()
            .Where(s => !forked.Sockets.Contains(s) && before.Last(c => (c.Accepted ?? c.Socket) == s).Call != "close");
        string closes = string.Concat(open.Select(s => $"        close({Name(s)});\n"));
        return $"    child = fork();\n    if (child == 0) {{\n{closes}        close(STDOUT_FILENO);\n        pause();\n        _exit(0);\n    }}\n    printf(\"{forked.Child} is %d\\n\", child);\n    fflush(stdout);\n";
    }

    private static string Option(SocketOption option) =>
        option.IsKnown ? $"{option.LevelName}, {option}" : string.Create(CultureInfo.InvariantCulture, $"{option.Level}, {option.Number}");

    private static string Value(OptionValue value) =>
        value switch
        {
            { On: { } on } => string.Create(
                CultureInfo.InvariantCulture,
                $"&(struct linger){{.l_onoff = {(on ? 1 : 0)}, .l_linger = {value.Seconds}}}, sizeof(struct linger)"
            ),
            { Milliseconds: { } ms } => string.Create(
                CultureInfo.InvariantCulture,
                $"&(struct timeval){{.tv_sec = {ms / 1000}, .tv_usec = {ms % 1000 * 1000}}}, sizeof(struct timeval)"
            ),
            _ => string.Create(CultureInfo.InvariantCulture, $"&(int){{{value.Number}}}, sizeof(int)"),
        };

    // The log has the first octets alone: of a longer text as many zeros are sent.
    private static string Octets(CallArguments a) =>
        a.Octets is { Length: > 0 } octets && octets.Length == a.Length && octets.Any(o => o != 0) ? StraceLine.Buffer(octets, more: false) : "zeros";

    private static string Quoted(string text) =>
        $"\"{PlainLine.From(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
