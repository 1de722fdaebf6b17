using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>
/// Converts a run of format 1 to the JSON of format 2 (docs/run-format.md, "Format 1"). One of these is for one run: give it the header, then every event in
/// the order of the log.
/// </summary>
public sealed class RunFormat1
{
    /// <summary>What <c>format</c> says in such a run.</summary>
    public const string Name = "reuseaddr-run/1";

    private readonly RunFormat1Script _script;

    // The program that used a socket last, and the one that called last on a host: what the log leaves to be concluded.
    private readonly Dictionary<string, string> _bySocket = [],
        _byHost = [];

    /// <param name="run">A stored header, or a run file: its <c>events</c>, <c>outcome</c> and <c>rebind</c> are passed over.</param>
    /// <exception cref="JsonException">It is no run of format 1.</exception>
    public RunFormat1(JsonElement run)
    {
        if (run.ValueKind != JsonValueKind.Object || run.Text("format") != Name)
            throw new JsonException($"This is no run in the format {Name}.");
        JsonElement options = run.Member("options");
        _script = new(run.Member("script"), options);
        JsonElement[] hosts = [.. run.Member("hosts").EnumerateArray()];
        Header = new JsonObject
        {
            ["format"] = RunHeader.CurrentFormat,
            ["id"] = run.Text("id"),
            ["lab"] = run.Text("lab"),
            ["scenario"] = run.Text("scenario"),
            ["values"] = new JsonObject
            {
                [RunFormat1Script.ListenerReuseAddr] = options.Flag(RunFormat1Script.ListenerReuseAddr),
                [RunFormat1Script.RebindReuseAddr] = options.Flag(RunFormat1Script.RebindReuseAddr),
            },
            ["ports"] = new JsonObject { [RunFormat1Script.Port] = options.Number("port") },
            ["pauseMs"] = options.Number("pauseMs"),
            ["startedAt"] = run.Copy("startedAt"),
            ["hosts"] = new JsonArray([.. hosts.Select(Host)]),
            ["mode"] = Mode(hosts),
            ["script"] = _script.Json,
        };
    }

    /// <summary>The header in format 2.</summary>
    public JsonObject Header { get; }

    /// <summary>The next event of the log in format 2.</summary>
    public JsonObject Event(JsonElement e)
    {
        JsonObject converted = e.CopyObject();
        switch (e.Text("kind"))
        {
            case "call":
                Call(e, converted);
                break;
            case "output":
                converted["program"] = _script.ProgramOf(
                    e.Text("host"),
                    e.Text("program") ?? "",
                    e.Text("host") is { } at ? _byHost.GetValueOrDefault(at) : null
                );
                break;
            case "step":
                Rename(converted, "message", "reason", Verbatim(e.Text("message")));
                break;
            case "gap" or "end":
                converted["reason"] = Verbatim(e.Text("reason"));
                break;
            case "note":
                converted.Remove("code");
                Rename(converted, "text", "message", Note(e));
                break;
        }
        return converted;
    }

    private void Call(JsonElement e, JsonObject converted)
    {
        string call = e.Text("call") ?? "",
            socket = e.Text("socket") ?? "";
        string? host = e.Text("host"),
            program = _script.ProgramOf(e.Text("step"), e.Number("index")) ?? _bySocket.GetValueOrDefault(socket);
        if (program is not null)
        {
            _bySocket[socket] = program;
            if (e.Text("accepted") is { } accepted)
                _bySocket[accepted] = program;
            if (host is not null)
                _byHost[host] = program;
        }
        converted["program"] = program;
        converted["args"] = RunFormat1Arguments.Read(call, e.Text("args") ?? "");
        converted["remark"] = Verbatim(e.Text("remark"));
    }

    // The code went on under another name; what the sentence names was kept in the sentence alone, which is therefore kept.
    private static JsonObject Note(JsonElement e)
    {
        string? code = e.Text("code"),
            host = e.Text("host");
        JsonObject args = host is null ? [] : new() { ["host"] = host };
        string now = code switch
        {
            "binding-again" => NoteCodes.Repeating,
            "binding-again-ended" => NoteCodes.RepeatingEnded,
            _ => $"note.{code}",
        };
        if (now is not (NoteCodes.AgentLost or NoteCodes.AgentBack) || host is null)
            args[Message.Said] = Bounded(e.Text("text") ?? "");
        return new() { ["code"] = now, ["args"] = args };
    }

    private static JsonObject Host(JsonElement host)
    {
        JsonObject converted = host.CopyObject();
        converted["sources"] = new JsonArray([.. host.Member("sources").EnumerateArray().Select(Source)]);
        return converted;
    }

    // Before there were reasons, a source that the host had was its name, and one that it had not was not listed.
    private static JsonObject Source(JsonElement source)
    {
        if (source.ValueKind == JsonValueKind.String)
        {
            return new()
            {
                ["name"] = source.GetString(),
                ["available"] = true,
                ["missing"] = null,
                ["grant"] = null,
            };
        }

        JsonObject converted = source.CopyObject();
        foreach (string said in (string[])["missing", "grant", "limit"])
        {
            if (source.Text(said) is { } sentence)
                converted[said] = Verbatim(sentence);
        }
        return converted;
    }

    // Format 1 did not say it: two hosts of one kernel are on loopback by their addresses, else in namespaces of their own.
    private static string Mode(JsonElement[] hosts)
    {
        if (hosts is not [var a, var b] || a.Text("bootId") is not { } boot || boot != b.Text("bootId") || boot == HostFacts.UnknownBoot)
            return "remote";
        return IsLoopback(a) && IsLoopback(b) ? "loopback"
            : a.Number("networkNamespace") != b.Number("networkNamespace") ? "namespaces"
            : "remote";

        static bool IsLoopback(JsonElement host) => host.Text("address")?.StartsWith("127.", StringComparison.Ordinal) == true;
    }

    private static JsonObject? Verbatim(string? sentence) =>
        sentence is null
            ? null
            : new()
            {
                ["code"] = Message.Verbatim,
                ["args"] = new JsonObject { ["text"] = Bounded(sentence) },
            };

    private static string Bounded(string sentence) => sentence.Length <= Message.MaxArgument ? sentence : sentence[..Message.MaxArgument];

    private static void Rename(JsonObject of, string old, string name, JsonObject? value)
    {
        of.Remove(old);
        of[name] = value;
    }
}
