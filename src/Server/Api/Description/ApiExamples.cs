using System.Text.Json.Nodes;

namespace ReuseAddrDashboard.Server.Api.Description;

/// <summary>Examples of the API's description.</summary>
internal static class ApiExamples
{
    public const string Yaml = """
        id: mine
        title: My experiment
        summary: A listener is closed, and its port is bound again.
        topic: own
        ports: [{ id: main, default: 11111 }]
        programs: [{ id: sv, host: server, command: ./sv }]
        steps:
          - id: twice
            title: Bind twice
            does: The server binds its port twice.
            actions:
              - { do: socket, program: sv, socket: a }
              - { do: bind, program: sv, socket: a, address: any }
              - { do: socket, program: sv, socket: b }
              - { do: bind, program: sv, socket: b, address: any, decides: true }

        """;

    /// <summary>Of parameters, by their names.</summary>
    public static JsonNode? Parameter(string name) =>
        name switch
        {
            "lab" => "local",
            "id" => "20261126-005018-77ad47",
            "step" => "rebind",
            "host" => "server",
            "port" => "main",
            "at" => 12.5,
            "width" => 1000,
            "theme" => "dark",
            "before" or "after" => "20261126-005018-77ad47",
            "q" => "reuseaddr",
            "topic" => "time-wait",
            "kernel" => "6.18.0",
            "kept" => "true",
            "limit" => "50",
            "since" => "0",
            "title" => "My own lesson",
            "offset" => "0",
            "name" => "server.pcap",
            "closed" => "b",
            "number" => 1,
            "lesson" => "without-reuseaddr",
            "result" => "EADDRINUSE",
            "lang" => "ja",
            "Accept-Language" => "ja, en;q=0.5",
            _ => null,
        };

    public static JsonNode Problem() =>
        new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = "Not Found",
            ["status"] = 404,
            ["detail"] = "There is no run 20261126-005018-77ad47. GET /api/runs lists the runs.",
            ["code"] = Edge.EdgeCodes.UnknownRun,
            ["args"] = new JsonObject { ["run"] = "20261126-005018-77ad47" },
        };
}
